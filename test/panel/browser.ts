import { resources } from '../../admin/i18n/resources';
import { closeBrowser, Visit } from '../support/browser';
import type { TestApp, TestUser } from '../support/test-app';

export { closeBrowser };

export type Language = keyof typeof resources;
type Resources = (typeof resources)['en'];
type Part = keyof Resources;

/** A text of the panel as somebody reads it. @param values by the names of its places */
export function words<P extends Part>(
  language: Language,
  part: P,
  key: keyof Resources[P] & string,
  values: Record<string, string | number> = {},
): string {
  const text = (resources[language][part] as Record<string, string>)[key];
  if (text === undefined) throw new Error(`no text ${part}:${key}`);
  return text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));
}

/** Names that a Persian page says in Latin letters, as people do. */
const LATIN = new Set([
  'English',
  'JSON',
  'API',
  'SKU',
  'IP',
  'URL',
  'CIDR',
  'OpenAI',
  'HTML',
  'REST',
  'WooCommerce',
  'WordPress',
  'Fiko',
  'Sync',
  'Toman',
]);

/** Names, codes and texts of shops: in whatever language they are. */
const DATA = 'bdi, [dir="auto"], .ltr, pre, code';

export interface VisitOptions {
  language?: Language;
  scheme?: 'light' | 'dark';
  width?: number;
}

/** A browser that looks at the panel of an application. */
export class PanelVisit extends Visit {
  private language: Language = 'fa';

  static async start(
    app: TestApp,
    { language = 'fa', scheme = 'light', width = 1400 }: VisitOptions = {},
  ): Promise<PanelVisit> {
    const { context, page } = await Visit.begin(app.url, {
      viewport: { width, height: 1000 },
      colorScheme: scheme,
      locale: 'en-GB',
    });
    await context.addInitScript(
      `localStorage.setItem('fiko-language', localStorage.getItem('fiko-language') ?? '${language}')`,
    );
    const visit = new PanelVisit(context, page, app.url);
    visit.language = language;
    return visit;
  }

  /** Logs in as a person does. */
  async logIn({ email, password }: Pick<TestUser, 'email' | 'password'>): Promise<void> {
    await this.open('/admin/');
    await this.page.getByLabel(this.say('common', 'login')).fill(email);
    await this.page.getByLabel(this.say('common', 'password'), { exact: true }).fill(password);
    await this.page.getByRole('button', { name: this.say('common', 'logIn') }).click();
    await this.page.getByRole('button', { name: this.say('common', 'accountMenu') }).waitFor();
    // Nobody was logged in when the page asked who was.
    this.takeFaults();
  }

  /** What the browser keeps of the session, and could give to scripts. */
  cookies(): ReturnType<typeof this.context.cookies> {
    return this.context.cookies();
  }

  /** As in {@link words}, in the language of the visit. */
  say<P extends Part>(
    part: P,
    key: keyof Resources[P] & string,
    values?: Record<string, string | number>,
  ): string {
    return words(this.language, part, key, values);
  }

  /** As staff: whose shops are looked at from now on. */
  async chooseUser({ id }: Pick<TestUser, 'id'>): Promise<void> {
    await this.page.evaluate(`sessionStorage.setItem('fiko-scope', '${id}')`);
  }

  /** A page, once it shows what it asked for. */
  async openPage(path: string): Promise<void> {
    await this.open(path);
    await this.page.getByRole('heading', { level: 1 }).waitFor();
    await this.settled();
  }

  /** Once nothing of the page is being read for the first time. */
  async settled(): Promise<void> {
    await this.page.waitForLoadState('load');
    await this.page.getByText(this.say('common', 'loading')).first().waitFor({ state: 'hidden' });
  }

  /**
   * What this language's page still says in the other, outside of what is marked as coming from elsewhere.
   * @param data names that are said within sentences
   */
  async untranslated(data: readonly string[] = []): Promise<string[]> {
    const foreign = this.language === 'fa' ? /[A-Za-z][\w.-]*/g : /[\u0600-\u06FF]+/g;
    const known = [...data].sort((a, b) => b.length - a.length);
    return (await this.texts('body', DATA)).flatMap(({ text, where }) => {
      const rest = known
        .reduce((left, name) => left.replaceAll(name, ' '), text)
        .replace(/https?:\/\/\S*/g, ' ')
        .replace(/\bevent-[\w-]+/g, ' ')
        .replace(/\S+@\S+/g, ' ')
        .replaceAll('فارسی', ' ');
      return rest.match(foreign)?.some((word) => !LATIN.has(word)) ? [`${where}: ${text}`] : [];
    });
  }
}
