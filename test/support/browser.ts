import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  chromium,
  type Browser as Chromium,
  type BrowserContext,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from 'playwright-core';

const root = join(__dirname, '..', '..');
const screenshots = process.env.FIKO_SCREENSHOTS ?? join(root, 'coverage', 'screenshots');
const FOCUS_TIMEOUT_MS = 5000;
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const TIMEOUT_MS = 30_000;

export interface Text {
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

/** Runs in the page: elements that stick out of the window, but for what one scrolls to within an element that fits. */
const OVERFLOW = `(selector) => {
  const scrolls = (element, root) =>
    element !== root &&
    (['auto', 'scroll'].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement, root));
  const width = document.documentElement.clientWidth;
  const out = [];
  for (const root of document.querySelectorAll(selector)) {
    if (root.scrollWidth > root.clientWidth + 1) out.push('the root is ' + root.scrollWidth + ' of ' + root.clientWidth);
    for (const element of root.querySelectorAll('*')) {
      const { left, right, width: own } = element.getBoundingClientRect();
      // What is for screen readers alone is a dot, wherever it is.
      if (own > 1 && (left < -1 || right > width + 1) && !scrolls(element.parentElement, root.parentElement)) {
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

/** A browser with one page of one site, which notes what goes wrong in it. */
export class Visit {
  /** Errors and warnings of scripts, and answers of the site that are errors, since they were taken. */
  protected faults: string[] = [];

  /** @param url of the site; all others are not asked */
  protected constructor(
    protected readonly context: BrowserContext,
    readonly page: Page,
    protected readonly url: string,
  ) {
    this.listen();
  }

  /** @returns what a visit is made of */
  protected static async begin(
    url: string,
    options: BrowserContextOptions = {},
  ): Promise<{ context: BrowserContext; page: Page }> {
    const browser = await launch();
    const context = await browser.newContext({
      viewport: { width: 1400, height: 1000 },
      reducedMotion: 'reduce',
      timezoneId: 'UTC',
      ...options,
    });
    context.setDefaultTimeout(TIMEOUT_MS);
    // Pictures of people, of products, and of signs that the font lacks come from other servers, which no test asks.
    await context.route(
      (address) => !address.href.startsWith(url),
      (route) =>
        route.fulfill({
          status: 200,
          contentType: 'image/svg+xml',
          body: '<svg xmlns="http://www.w3.org/2000/svg"/>',
        }),
    );
    return { context, page: await context.newPage() };
  }

  async open(path: string): Promise<void> {
    await this.page.goto(this.url + path);
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
  async overflow(selector: string): Promise<string[]> {
    await this.page.locator(selector).first().waitFor();
    return this.page.evaluate<string[]>(`(${OVERFLOW})(${JSON.stringify(selector)})`);
  }

  /** What a person reads or hears in these elements. @param without those that are somebody else's */
  async texts(selector: string, without = 'no-such-element'): Promise<Text[]> {
    const texts = await this.page.evaluate<Text[]>(
      `(${READ})(${JSON.stringify(selector)}, ${JSON.stringify(without)})`,
    );
    if (texts.length === 0) throw new Error(`there is nothing to read in ${selector}`);
    return texts;
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
        this.faults.push(`${response.status()}: ${decodeURIComponent(response.url()).replace(this.url, '')}`);
      }
    });
  }
}
