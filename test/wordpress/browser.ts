import { FA_IR } from '../../plugin/texts/fa_IR';
import { Visit as AnyVisit } from '../support/browser';
import { PASSWORD, type Person, type WordPressSite } from './site';

export { closeBrowser } from '../support/browser';

/** Of the settings page. */
export const SETTINGS = '/wp-admin/admin.php?page=fiko-sync';
export const PRODUCTS = '/wp-admin/edit.php?post_type=product';
export const ROOT = '#fiko-sync-root';

/**
 * English words that a Persian page has all the same, as people say them: names of things, and parts of addresses that
 * are named as examples.
 */
const LATIN = new Set(['API', 'URL', 'IP', 'REST', 'whsec_', 'wp-config.php', 'wp-cron.php']);

/** The Persian of a text; with `values`, of one that has places for them. */
export function persian(english: string, ...values: (string | number)[]): string {
  const entry = FA_IR[english];
  if (entry === undefined) throw new Error(`there is no Persian of “${english}”`);
  const text = typeof entry === 'string' ? entry : entry[0];
  return values.reduce<string>(
    (filled, value, index) =>
      filled.replace(new RegExp(`%(${index + 1}\\$)?s`), typeof value === 'number' ? digits(value) : value),
    text,
  );
}

export const digits = (value: number): string => new Intl.NumberFormat('fa-IR').format(value);

/** What WordPress's own parts say beside what the plugin says; its language pack is not there in tests. */
const OF_WORDPRESS = '.components-visually-hidden, .components-notice__dismiss, .components-modal__header';

/** A browser in which a person has logged in to a site. */
export class Visit extends AnyVisit {
  /** Files of the plugin that pages asked for. */
  readonly scripts: string[] = [];

  static async start(
    site: WordPressSite,
    { as = 'admin', width = 1400 }: { as?: Exclude<Person, 'anonymous'>; width?: number } = {},
  ): Promise<Visit> {
    const { context, page } = await AnyVisit.begin(site.url, { viewport: { width, height: 1000 } });
    const visit = new Visit(context, page, site.url);
    page.on('request', (request) => {
      const [, file] = /\/plugins\/fiko-woocommerce-sync\/(.*?)(\?|$)/.exec(request.url()) ?? [];
      if (file !== undefined) visit.scripts.push(file);
    });
    const login = await context.request.post(`${site.url}/wp-login.php`, {
      headers: { cookie: 'wordpress_test_cookie=WP%20Cookie%20check' },
      form: { log: as, pwd: PASSWORD, testcookie: '1', 'wp-submit': 'Log In' },
      maxRedirects: 0,
    });
    if (login.status() !== 302) throw new Error(`${as} cannot log in: ${login.status()}`);
    return visit;
  }

  /** The settings page, as soon as it shows how things stand. */
  async openSettings(): Promise<void> {
    await this.open(SETTINGS);
    await this.page.locator('.fiko-cards').waitFor();
  }

  override overflow(selector = ROOT): Promise<string[]> {
    return super.overflow(selector);
  }

  /** Texts of these elements, but for those of WordPress. */
  override texts(selector = ROOT): ReturnType<AnyVisit['texts']> {
    return super.texts(selector, OF_WORDPRESS);
  }

  /**
   * What of the Persian page is still in English.
   * @param data names and sentences that come from elsewhere
   */
  async untranslated(selector = ROOT, data: string[] = []): Promise<string[]> {
    return (await this.texts(selector)).flatMap(({ text, where }) => {
      const rest = data.reduce((left, known) => left.replaceAll(known, ' '), text);
      const words = rest
        .replace(/https?:\/\/\S*/g, ' ')
        .replace(/\S+@\S+/g, ' ')
        .match(/[A-Za-z][\w.-]*/g)
        ?.filter((word) => !LATIN.has(word));
      return words?.length || ENGLISH.some((key) => key.test(rest)) ? [`${where}: ${text}`] : [];
    });
  }
}

/** The English of each text that is another in Persian, as it looks with whatever is filled in. */
const ENGLISH = Object.entries(FA_IR)
  .filter(([english, persian]) => english !== persian)
  .map(([english]) => {
    const parts = english.split(/%(?:\d\$)?[sd]/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`(?<![\\w-])${parts.join('.*')}(?![\\w-])`);
  })
  .filter((pattern) => !pattern.test(''));
