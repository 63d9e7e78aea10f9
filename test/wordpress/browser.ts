import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  chromium,
  type Browser as Chromium,
  type BrowserContext,
  type Locator,
  type Page,
} from 'playwright-core';
import { FA_IR } from '../../plugin/texts/fa_IR';
import { PASSWORD, type Person, type WordPressSite } from './site';

const root = join(__dirname, '..', '..');
const screenshots = process.env.FIKO_SCREENSHOTS ?? join(root, 'coverage', 'screenshots');
const FOCUS_TIMEOUT_MS = 5000;
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const TIMEOUT_MS = 30_000;

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

interface Text {
  /** What is read, of whatever element or attribute. */
  text: string;
  where: string;
}

/** Runs in the page: everything of the elements that a person reads or hears. */
const READ = `(selector, without) => {
  const said = [];
  for (const root of document.querySelectorAll(selector)) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = root; node; node = walker.nextNode()) {
      const element = node.nodeType === 3 ? node.parentElement : node;
      if (element.closest(without) || element.closest('script, style, noscript')) continue;
      if (node.nodeType === 3) {
        // What can be chosen is shown once the list is open.
        if (element.checkVisibility() || element.tagName === 'OPTION') said.push({ text: node.data.trim(), where: element.tagName.toLowerCase() });
      } else {
        for (const name of ['title', 'aria-label', 'placeholder', 'alt']) {
          const text = element.getAttribute(name);
          if (text) said.push({ text: text.trim(), where: name });
        }
      }
    }
  }
  return said.filter(({ text }) => text !== '');
}`;

/** Runs in the page: elements that stick out of the window, or out of the element that scrolls with the page. */
const OVERFLOW = `(selector) => {
  const width = document.documentElement.clientWidth;
  const out = [];
  for (const root of document.querySelectorAll(selector)) {
    if (root.scrollWidth > root.clientWidth + 1) out.push('the root is ' + root.scrollWidth + ' of ' + root.clientWidth);
    for (const element of root.querySelectorAll('*')) {
      const { left, right, width: own } = element.getBoundingClientRect();
      // What is for screen readers alone is a dot, wherever it is.
      if (own > 1 && (left < -1 || right > width + 1)) {
        out.push(element.tagName.toLowerCase() + '.' + element.className + ' ' + Math.round(left) + '…' + Math.round(right) + ' of ' + width);
      }
    }
  }
  return out;
}`;

/** Runs in the page: faults that keep people with disabilities from using it. */
const AUDIT = `async (include) => {
  const { violations, passes } = await axe.run({ include }, { resultTypes: ['violations'] });
  return {
    checked: passes.length,
    violations: violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + failureSummary)),
  };
}`;

const FOCUS = `() => {
  const look = (element) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderColor } = getComputedStyle(element);
    return [outlineStyle === 'none' ? '' : outlineStyle + outlineWidth + outlineColor, boxShadow, borderColor].join(' | ');
  };
  const element = document.activeElement;
  // Whatever fades in has done so.
  element.getAnimations().forEach((animation) => animation.finish());
  const focused = look(element);
  element.blur();
  element.getAnimations().forEach((animation) => animation.finish());
  const blurred = look(element);
  element.focus({ focusVisible: true });
  return { focused, blurred };
}`;

let shared: Promise<Chromium> | null = null;

/** One for all tests of a file. */
function launch(): Promise<Chromium> {
  shared ??= chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return shared;
}

export async function closeBrowser(): Promise<void> {
  const browser = await shared;
  shared = null;
  await browser?.close();
}

/** A browser in which a person has logged in to a site, and which notes what goes wrong in it. */
export class Visit {
  /** Errors and warnings of scripts, and answers of the site that are errors, since {@link forget}. */
  private faults: string[] = [];
  /** Files of the plugin that pages asked for. */
  readonly scripts: string[] = [];

  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
    readonly site: WordPressSite,
  ) {}

  static async start(
    site: WordPressSite,
    { as = 'admin', width = 1400 }: { as?: Exclude<Person, 'anonymous'>; width?: number } = {},
  ): Promise<Visit> {
    const browser = await launch();
    const context = await browser.newContext({
      viewport: { width, height: 1000 },
      reducedMotion: 'reduce',
      timezoneId: 'UTC',
    });
    context.setDefaultTimeout(TIMEOUT_MS);
    // Pictures of people and of signs that the font lacks come from other servers, which no test asks.
    await context.route(
      (url) => !url.href.startsWith(site.url),
      (route) =>
        route.fulfill({
          status: 200,
          contentType: 'image/svg+xml',
          body: '<svg xmlns="http://www.w3.org/2000/svg"/>',
        }),
    );
    const visit = new Visit(context, await context.newPage(), site);
    visit.listen();
    const login = await context.request.post(`${site.url}/wp-login.php`, {
      headers: { cookie: 'wordpress_test_cookie=WP%20Cookie%20check' },
      form: { log: as, pwd: PASSWORD, testcookie: '1', 'wp-submit': 'Log In' },
      maxRedirects: 0,
    });
    if (login.status() !== 302) throw new Error(`${as} cannot log in: ${login.status()}`);
    return visit;
  }

  async open(path: string): Promise<void> {
    await this.page.goto(this.site.url + path);
  }

  /** The settings page, as soon as it shows how things stand. */
  async openSettings(): Promise<void> {
    await this.open(SETTINGS);
    await this.page.locator('.fiko-cards').waitFor();
  }

  close(): Promise<void> {
    return this.context.close();
  }

  /** For whoever looks; no test reads it. */
  async screenshot(name: string): Promise<void> {
    await mkdir(screenshots, { recursive: true });
    await this.page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  }

  /** What went wrong since the last call. */
  takeFaults(): string[] {
    return this.faults.splice(0);
  }

  /** Serious and critical faults that axe finds in these elements. */
  async violations(...selectors: string[]): Promise<string[]> {
    if (!(await this.page.evaluate('typeof axe !== "undefined"'))) await this.page.evaluate(AXE);
    const found = await this.page.evaluate<{ checked: number; violations: string[] }>(
      `(${AUDIT})(${JSON.stringify(selectors.map((selector) => [selector]))})`,
    );
    if (found.checked === 0) throw new Error(`axe had nothing to check in ${selectors.join(', ')}`);
    return found.violations;
  }

  /** What sticks out of the window. */
  async overflow(selector = ROOT): Promise<string[]> {
    await this.page.locator(selector).first().waitFor();
    return this.page.evaluate<string[]>(`(${OVERFLOW})(${JSON.stringify(selector)})`);
  }

  /** Texts of these elements, but for those of WordPress. */
  async texts(selector = ROOT): Promise<Text[]> {
    const texts = await this.page.evaluate<Text[]>(
      `(${READ})(${JSON.stringify(selector)}, ${JSON.stringify(OF_WORDPRESS)})`,
    );
    if (texts.length === 0) throw new Error(`there is nothing to read in ${selector}`);
    return texts;
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

  /** Whether one sees that the element has the focus which has it. */
  async focusIsVisible(): Promise<boolean> {
    const { focused, blurred } = await this.page.evaluate<{ focused: string; blurred: string }>(
      `(${FOCUS})()`,
    );
    return focused !== blurred;
  }

  hasFocus(target: Locator): Promise<boolean> {
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- an element of the page, whose types tests lack
    return target.evaluate((element: any) => element === element.ownerDocument.activeElement);
  }

  /** Once the element has the focus, which the page gives it after it has drawn it. */
  async getsFocus(target: Locator): Promise<boolean> {
    const deadline = Date.now() + FOCUS_TIMEOUT_MS;
    while (!(await this.hasFocus(target))) {
      if (Date.now() > deadline) return false;
      await this.page.evaluate('new Promise((resolve) => requestAnimationFrame(resolve))');
    }
    return true;
  }

  /** Goes on by the keyboard until the element has the focus. */
  async tabTo(target: Locator): Promise<void> {
    for (let steps = 0; steps < 200; steps++) {
      await this.page.keyboard.press('Tab');
      if (await this.hasFocus(target)) return;
    }
    throw new Error('the keyboard does not lead there');
  }

  private listen(): void {
    const { page } = this;
    page.on('pageerror', (error) => this.faults.push(`error: ${error.message}`));
    page.on('console', (message) => {
      const text = message.text();
      // Said of answers too, which are noted with what they were.
      if (text.startsWith('Failed to load resource') || text.startsWith('JQMIGRATE')) return;
      if (message.type() === 'error' || message.type() === 'warning') this.faults.push(`console: ${text}`);
    });
    page.on('response', (response) => {
      if (response.status() >= 400) {
        this.faults.push(
          `${response.status()}: ${decodeURIComponent(response.url()).replace(this.site.url, '')}`,
        );
      }
    });
    page.on('request', (request) => {
      const [, file] = /\/plugins\/fiko-woocommerce-sync\/(.*?)(\?|$)/.exec(request.url()) ?? [];
      if (file !== undefined) this.scripts.push(file);
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
