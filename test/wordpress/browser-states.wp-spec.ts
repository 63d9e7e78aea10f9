import { PLUGIN_OPTIONS } from '../../src/contract/shop-plugin';
import { FakeBackend } from './backend';
import { closeBrowser, digits, persian as t, PRODUCTS, ROOT, SETTINGS, Visit } from './browser';
import { TROUBLE } from './front';
import { connect, PLUGIN, rejecting, startShop, syncNow } from './plugin';
import type { WordPressSite } from './site';

const TOKEN = 'wc_sk_live_abcdefghijklmnopqrstuvwxyz0123456789abcde';
const WIDTHS = [1400, 782, 360];

afterAll(closeBrowser);

describe('the settings page when something is wrong', () => {
  let fake: FakeBackend;
  let site: WordPressSite;
  let visit: Visit;
  beforeAll(async () => {
    [fake, site] = await Promise.all([FakeBackend.start(), startShop(null, { locale: 'fa_IR' })]);
    visit = await Visit.start(site, { as: 'manager' });
  });
  beforeEach(() => fake.answer());
  afterEach(async () => {
    expect(visit.takeFaults()).toEqual([]);
    expect(await site.noticesOf(PLUGIN)).toEqual([]);
  });
  afterAll(() => Promise.all([site.stop(), fake.stop()]));

  const button = (english: string) =>
    visit.page.locator(ROOT).getByRole('button', { name: t(english), exact: true });
  const field = (english: string) => visit.page.getByLabel(t(english), { exact: true });
  const see = (text: string) => visit.page.locator(ROOT).getByText(text).first().waitFor();
  const hasFocus = (english: string) =>
    visit.page.waitForFunction(
      `document.activeElement.labels?.[0]?.textContent === ${JSON.stringify(t(english))}`,
    );
  const heard = (text: string) =>
    visit.page.waitForFunction(
      `[...document.querySelectorAll('.a11y-speak-region')].some((one) => one.textContent.includes(${JSON.stringify(text)}))`,
    );
  const heading = (english: string) => visit.page.getByRole('heading', { name: t(english), exact: true });
  const dialog = () => visit.page.getByRole('dialog');
  const dismiss = (status: 'success' | 'error') =>
    visit.page.locator(`.components-notice.is-${status} .components-notice__dismiss`).last().click();
  /** Lets nothing of it through until the function that it resolves to is called. */
  const hold = async (what: RegExp) => {
    let letGo!: () => void;
    const free = new Promise<void>((resolve) => (letGo = resolve));
    await visit.page.route(what, async (route) => {
      await free;
      await route.fallback();
    });
    return async () => {
      letGo();
      await visit.page.unroute(what);
    };
  };
  /** At every width. */
  const expectSound = async (name: string, data: string[] = []) => {
    // What was read out last, too.
    expect(await visit.untranslated(`${ROOT}, .a11y-speak-region`, ['Test shop', ...data])).toEqual([]);
    for (const width of WIDTHS) {
      await visit.page.setViewportSize({ width, height: 900 });
      await visit.screenshot(`${name}-${width}`);
      expect(await visit.overflow()).toEqual([]);
      expect(await visit.violations(ROOT)).toEqual([]);
    }
    await visit.page.setViewportSize({ width: 1400, height: 1000 });
  };

  it('leads to the field that is wrong, and says what is', async () => {
    await visit.openSettings();
    await field('API URL').fill('ftp://fiko.example.com');
    await field('API token').fill('کپی نشده');
    await button('Save').click();
    await hasFocus('API URL');
    await see(t('Enter the address of your Fiko server, for example https://fiko.example.com.'));
    await see(t('This is not a token. Copy it again, whole and without spaces.'));
    for (const name of ['API URL', 'API token']) {
      expect(await field(name).getAttribute('aria-invalid')).toBe('true');
      const described = (await field(name).getAttribute('aria-describedby'))!;
      expect(await visit.page.locator(`#${described} .fiko-field-error`).count()).toBe(1);
    }
    expect(visit.takeFaults()).toEqual([expect.stringMatching(/^400: .*settings/)]);
    await expectSound('states-fields');

    await field('API URL').fill(fake.url);
    expect(await field('API URL').getAttribute('aria-invalid')).toBe('false');
    await button('Save').click();
    await hasFocus('API token');
    expect(visit.takeFaults()).toEqual([expect.stringMatching(/^400: .*settings/)]);
  });

  it('opens what is folded up when the fault is in it', async () => {
    await visit.openSettings();
    await button('Advanced').click();
    expect(await button('Advanced').getAttribute('aria-expanded')).toBe('true');
    await field('Signing secret (optional)').fill('secret');
    await button('Advanced').click();
    await button('Save').click();
    await hasFocus('Signing secret (optional)');
    await see(t('This is not a signing secret. It begins with whsec_.'));
    expect(visit.takeFaults()).toEqual([expect.stringMatching(/^400: .*settings/)]);
    await expectSound('states-secret');
  });

  it('says that a token is wrong, and where to get a right one', async () => {
    fake.answer(({ headers }) => (headers.authorization === `Bearer ${TOKEN}` ? 'forward' : UNKNOWN_TOKEN));
    await visit.openSettings();
    await field('API URL').fill(fake.url);
    await field('API token').fill('wc_sk_live_wrong');
    await button('Test connection').click();
    await see(t('The connection does not work.'));
    await see('این توکن شناخته نیست.');
    const hint = t(
      'Generate a new token in your Fiko panel, enter it here and save. What has changed meanwhile is sent then.',
    );
    await see(hint);
    await heard(hint);
    await expectSound('states-wrong-token');
    await field('API token').fill(TOKEN);
    await button('Test connection').click();
    await see(t('The connection works.'));
    expect(await visit.page.getByText(t('The connection does not work.')).count()).toBe(0);
  });

  it('is saved by the keyboard alone', async () => {
    await visit.openSettings();
    await visit.tabTo(field('API URL'));
    expect(await visit.focusIsVisible()).toBe(true);
    await visit.page.keyboard.type(fake.url);
    await visit.page.keyboard.press('Tab');
    await hasFocus('API token');
    expect(await visit.focusIsVisible()).toBe(true);
    await visit.page.keyboard.type(TOKEN);
    for (const name of ['Advanced', 'Test connection', 'Save']) {
      await visit.tabTo(button(name));
      expect(await visit.focusIsVisible()).toBe(true);
    }
    await visit.screenshot('states-focus');
    await visit.page.keyboard.press('Enter');
    await see(t('Settings saved.'));
    await heard(t('The connection works.'));
    expect(await visit.getsFocus(button('Save'))).toBe(true);
    expect(await site.option(PLUGIN_OPTIONS.apiToken)).toBe(TOKEN);
  });

  it('waits for a server that is away, and says until when', async () => {
    await connect(site, { url: fake.url, token: TOKEN });
    await fake.stop();
    const { id } = await site.createProduct({ name: 'کلاه', regular_price: '10' });
    await site.runQueue({ ahead: 31 });
    await visit.openSettings();
    await see(t('The sync is waiting, and goes on by itself'));
    await see(t('Next try'));
    await see(
      t(
        'Check the API address, and whether this web host may open connections to it. What changes is kept here and sent when the server can be reached.',
      ),
    );
    // The network's own words, which PHP has in English alone.
    const said = /cURL error \d+: .*/.exec(
      await visit.page.locator('.fiko-notice.is-warning').innerText(),
    )![0];
    await expectSound('states-away', [said]);
    // What is to be done can be begun all the same.
    expect(await button('Start the first sync').getAttribute('aria-disabled')).toBe('false');

    await fake.startAgain();
    await site.runQueue({ ahead: 70 });
    await visit.openSettings();
    await see(t('Connected to Fiko'));
    expect(fake.events.map(({ product }) => product.id)).toContain(id);
  });

  it('stops for a token that was withdrawn, says so on other pages once, and goes on with a new one', async () => {
    await connect(site, { url: fake.url, token: TOKEN });
    fake.answer(({ headers }) => (headers.authorization === `Bearer ${TOKEN}x` ? 'forward' : UNKNOWN_TOKEN));
    const { id } = await site.createProduct({ name: 'کیف', regular_price: '10' });
    await site.runQueue({ ahead: 31 });
    await visit.open('/wp-admin/');
    const notice = visit.page.locator('#fiko-sync-stopped');
    expect(await notice.count()).toBe(1);
    expect(await notice.innerText()).toContain(t('Product changes are not sent to Fiko.'));
    expect(await visit.untranslated('#fiko-sync-stopped')).toEqual([]);
    expect(await visit.violations('#fiko-sync-stopped')).toEqual([]);
    await visit.screenshot('states-notice');
    await notice.getByRole('link', { name: t('Open the settings') }).click();
    await see(t('The sync has stopped and needs your attention'));
    expect(await notice.count()).toBe(0);
    expect(await button('Start the first sync').getAttribute('aria-disabled')).toBe('true');
    await see(t('Fix the connection first; the message above says how.'));
    await expectSound('states-stopped');

    await field('API token').fill(`${TOKEN}x`);
    await button('Save').click();
    await see(t('Settings saved.'));
    await visit.page
      .getByText(t('The sync has stopped and needs your attention'))
      .waitFor({ state: 'detached' });
    await site.runQueue();
    expect(fake.events.map(({ product }) => product.id)).toContain(id);
    await visit.open('/wp-admin/');
    expect(await notice.count()).toBe(0);
  });

  it('says of a server that is no server of ours, and of one that has moved, what to check', async () => {
    for (const [answer, message] of [
      [TROUBLE.page, t('There is an answer at this address, but not from a Fiko server.')],
      [TROUBLE.redirect('https://new.example.com/'), t('The server redirects to another address.')],
      [TROUBLE.broken, t('The server has a fault.')],
      [TROUBLE.busy(5), t('The server asks to go slower.')],
    ] as const) {
      fake.answer(answer);
      await visit.openSettings();
      await button('Test connection').click();
      await see(message);
      expect(await visit.untranslated(ROOT, ['Test shop'])).toEqual([]);
    }
    await visit.screenshot('states-busy');
  });

  it('says that WordPress cannot be reached, and tries again when told to', async () => {
    await connect(site, { url: fake.url, token: TOKEN });
    let away = true;
    await visit.page.route(/fiko-sync\/v1\/overview/, (route) => (away ? route.abort() : route.fallback()));
    await visit.open(SETTINGS);
    await see(t('The settings could not be loaded'));
    await expectSound('states-unloaded');
    away = false;
    await button('Try again').click();
    await see(t('Connected to Fiko'));
    await visit.page.unroute(/fiko-sync\/v1\/overview/);
  });

  it('says why a change was not saved, and keeps what was typed', async () => {
    await visit.openSettings();
    await visit.page.route(/fiko-sync\/v1\/settings/, (route) => route.abort());
    await field('API URL').fill(`${fake.url}/other`);
    await button('Save').click();
    await see(
      t(
        'WordPress could not be reached. Check your internet connection, and that no security plugin blocks the REST API.',
      ),
    );
    expect(await field('API URL').inputValue()).toBe(`${fake.url}/other`);
    await visit.page.unroute(/fiko-sync\/v1\/settings/);
    await field('API URL').fill(fake.url);
  });

  it('signs with a secret that is then no more to be seen, until it is removed', async () => {
    await connect(site, { url: fake.url, token: TOKEN });
    await visit.openSettings();
    await button('Advanced').click();
    const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
    await field('Signing secret (optional)').fill(secret);
    await button('Save').click();
    await see(t('Settings saved.'));
    await see(t('The connection works.'));
    await visit.openSettings();
    await button('Advanced').click();
    expect(await field('Signing secret (optional)').inputValue()).toBe('');
    expect((await visit.page.content()).includes(secret)).toBe(false);
    expect(fake.requests.at(-1)!.headers['webhook-signature']).toMatch(/^v1,/);
    await field('Remove the stored signing secret when saving').check();
    await expectSound('states-advanced');
    // As it would be once it is saved.
    await button('Test connection').click();
    await see(t('The connection works.'));
    expect(fake.requests.at(-1)!.headers['webhook-signature']).toBeUndefined();
    await button('Save').click();
    await see(t('Settings saved.'));
    await see(t('The connection works.'));
    await field('Remove the stored signing secret when saving').waitFor({ state: 'detached' });
    expect(fake.requests.at(-1)!.headers['webhook-signature']).toBeUndefined();
  });

  it('says to check an address at which there is no server of ours', async () => {
    await connect(site, { url: fake.url, token: TOKEN });
    fake.answer(TROUBLE.redirect('https://new.example.com/'));
    await site.createProduct({ name: 'شال', regular_price: '10' });
    await site.runQueue({ ahead: 31 });
    await visit.openSettings();
    await see(t('The sync is waiting; check the API URL'));
    await expectSound('states-address');
    fake.answer();
    await site.runQueue({ ahead: 90 });
  });

  it('sends for a shop that has moved once its owner says so, and not by a save alone', async () => {
    await connect(site, { url: fake.url, token: TOKEN });
    await site.eval(
      `update_option( Fiko_Contract::OPTIONS['site'], 'https://old.example.com', false ); return 1;`,
    );
    const { id } = await site.createProduct({ name: 'چتر', regular_price: '10' });
    await site.runQueue({ ahead: 31 });
    const moved = button('The shop has moved to this address');
    const stopped = visit.page.locator(ROOT).getByText(t('The sync has stopped and needs your attention'));
    await visit.openSettings();
    await moved.waitFor();
    await button('Save').click();
    await see(t('Settings saved.'));
    await see(t('The connection works.'));
    await visit.openSettings();
    await moved.waitFor();
    await expectSound('states-moved');

    await moved.click();
    await dialog().waitFor();
    await visit.screenshot('states-moved-dialog');
    expect(await visit.violations('.fiko-confirm')).toEqual([]);
    expect(await visit.untranslated('.fiko-confirm')).toEqual([]);
    await dialog()
      .getByRole('button', { name: t('Cancel') })
      .click();
    await dialog().waitFor({ state: 'detached' });
    expect(await visit.getsFocus(moved)).toBe(true);
    expect(await stopped.count()).toBe(1);
    await site.runQueue();
    expect(fake.events.map(({ product }) => product.id)).not.toContain(id);

    await moved.click();
    await dialog()
      .getByRole('button', { name: t('Send all') })
      .click();
    await stopped.waitFor({ state: 'detached' });
    expect(await visit.getsFocus(visit.page.locator('.fiko-page'))).toBe(true);
    await site.runQueue();
    expect(fake.events.map(({ product }) => product.id)).toContain(id);
  });

  it('asks before it takes the address away, and tests no address that is missing', async () => {
    await connect(site, { url: fake.url, token: TOKEN });
    await visit.openSettings();
    await field('API URL').fill('');
    await button('Test connection').click();
    await hasFocus('API URL');
    await see(t('Enter the API URL.'));
    await heard(t('Enter the API URL.'));
    expect(await field('API URL').getAttribute('aria-invalid')).toBe('true');

    await button('Save').click();
    await dialog().waitFor();
    await visit.screenshot('states-no-address');
    expect(await visit.violations('.fiko-confirm')).toEqual([]);
    expect(await visit.untranslated('.fiko-confirm')).toEqual([]);
    await visit.page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    expect(await site.option(PLUGIN_OPTIONS.apiUrl)).toBe(fake.url);

    await button('Save').click();
    await dialog()
      .getByRole('button', { name: t('Save'), exact: true })
      .click();
    await see(t('Settings saved.'));
    await see(t('Connect your shop to Fiko'));
    expect(await site.option(PLUGIN_OPTIONS.apiUrl)).toBe('');
    expect(await visit.page.getByText(t('The connection does not work.')).count()).toBe(0);
  });

  it('says what it does while it does it, and keeps the focus when a notice is dismissed', async () => {
    await connect(site, { url: fake.url, token: TOKEN });
    await visit.openSettings();
    const test = await hold(/fiko-sync\/v1\/connection/);
    await button('Test connection').click();
    await heard(t('Testing the connection…'));
    await test();
    await heard(t('The connection works.'));
    await dismiss('success');
    expect(await visit.getsFocus(heading('Connection'))).toBe(true);

    const save = await hold(/fiko-sync\/v1\/settings/);
    await button('Save').click();
    await heard(t('Saving…'));
    await save();
    await see(t('Settings saved.'));
    await see(t('The connection works.'));

    await visit.page.route(/fiko-sync\/v1\/reconcile/, (route) => route.abort());
    await button('Compare now').click();
    await visit.page.locator('.components-notice.is-error').waitFor();
    await dismiss('error');
    expect(await visit.getsFocus(heading('Compare the shop with Fiko'))).toBe(true);
    await visit.page.unroute(/fiko-sync\/v1\/reconcile/);
  });

  it('says that WordPress had a fault, and that one is no longer logged in', async () => {
    await connect(site, { url: fake.url, token: TOKEN });
    const other = await Visit.start(site, { as: 'manager' });
    const save = other.page.locator(ROOT).getByRole('button', { name: t('Save'), exact: true });
    const said = (english: string) => other.page.locator(ROOT).getByText(t(english), { exact: true });
    await other.openSettings();
    await other.page.route(/fiko-sync\/v1\/settings/, (route) =>
      route.fulfill({
        status: 500,
        json: {
          code: 'internal_server_error',
          message: '<p>There has been a critical error on this website.</p>',
          data: { status: 500 },
        },
      }),
    );
    await save.click();
    await said(
      'WordPress had a fault while doing this. Details are under WooCommerce › Status › Logs.',
    ).waitFor();
    await other.page.unroute(/fiko-sync\/v1\/settings/);

    await other.page.context().clearCookies();
    await save.click();
    await said('Your session in WordPress has ended. Reload the page and log in.').waitFor();
    expect(await other.untranslated(ROOT, ['Test shop'])).toEqual([]);
    expect(other.takeFaults()).toEqual([
      expect.stringMatching(/^500: .*settings/),
      expect.stringMatching(/^403: .*settings/),
      expect.stringMatching(/^400: .*rest-nonce/),
    ]);
    await other.close();
  });

  it('shows what the newest of changes led to that were under way together', async () => {
    await connect(site, { url: fake.url, token: TOKEN });
    await site.eval(`delete_option( Fiko_Contract::OPTIONS['bulk'] ); return 1;`);
    await visit.page.route(/fiko-sync\/v1\/tick/, (route) => route.abort());
    await visit.openSettings();
    let showSaved!: () => void;
    const shown = new Promise<void>((resolve) => (showSaved = resolve));
    let answered!: () => void;
    const saved = new Promise<void>((resolve) => (answered = resolve));
    await visit.page.route(/fiko-sync\/v1\/settings/, async (route) => {
      const response = await route.fetch();
      answered();
      await shown;
      await route.fulfill({ response });
    });
    await button('Save').click();
    await saved;
    await button('Start the first sync').click();
    await button('Pause').click();
    await button('Resume').waitFor();
    // Nothing but the old answer can be shown.
    const look = await hold(/fiko-sync\/v1\/(overview|connection)/);
    showSaved();
    await see(t('Settings saved.'));
    expect(await button('Resume').count()).toBe(1);
    await look();
    await see(t('The connection works.'));
    expect(await button('Resume').count()).toBe(1);
    await button('Stop').click();
    await dialog()
      .getByRole('button', { name: t('Stop'), exact: true })
      .click();
    await button('Start the first sync').waitFor();
    for (const what of [/fiko-sync\/v1\/settings/, /fiko-sync\/v1\/tick/]) await visit.page.unroute(what);
  });

  it('counts deletions beside the products that the list shows', async () => {
    await connect(site, { url: fake.url, token: TOKEN });
    const { id } = await site.createProduct({ name: 'جوراب', regular_price: '10' });
    await syncNow(site, [id]);
    fake.answer(rejecting(id, 'پذیرفته نیست.'));
    await site.trash(id);
    await site.runQueue();
    await visit.openSettings();
    const failed = visit.page.locator('.fiko-total--failed dd');
    expect(await failed.locator('a').innerText()).toBe(digits(0));
    expect(await failed.innerText()).toContain(t('plus %s deletion', 1));
    const row = visit.page.locator('.fiko-errors tbody tr');
    expect(await row.locator('td').nth(0).innerText()).toBe('جوراب');
    expect(await row.locator('a').count()).toBe(0);
    await expectSound('states-deletion');
    await failed.locator('a').click();
    await visit.page.waitForURL(/fiko_state=failed/);
    expect(await visit.page.locator('#the-list .row-title').count()).toBe(0);

    fake.answer();
    await visit.openSettings();
    await row.getByRole('button').click();
    await row.waitFor({ state: 'detached' });
    await site.runQueue();
    await visit.openSettings();
    await see(t('No errors: every product that was sent was accepted.'));
    expect(await failed.innerText()).not.toContain(t('plus %s deletion', 1));
  });

  it('has no script on other pages', async () => {
    for (const [path, files] of [
      ['/wp-admin/', []],
      ['/wp-admin/admin.php?page=woocommerce', []],
      ['/wp-admin/edit.php', []],
      ['/wp-admin/post-new.php?post_type=product', []],
      [PRODUCTS, ['assets/products.css', 'assets/products.js']],
      [SETTINGS, ['assets/settings.css', 'assets/settings.js']],
    ] as [string, string[]][]) {
      visit.scripts.length = 0;
      await visit.open(path);
      expect([path, visit.scripts.toSorted()]).toEqual([path, files]);
    }
  });
});

describe('the settings page in English', () => {
  let fake: FakeBackend;
  let site: WordPressSite;
  let visit: Visit;
  beforeAll(async () => {
    fake = await FakeBackend.start();
    site = await startShop(null);
    visit = await Visit.start(site);
  });
  afterAll(() => Promise.all([site.stop(), fake.stop()]));

  it('is written from left to right, and fits at every width', async () => {
    await site.createProduct({ name: 'A hat', regular_price: '10' });
    for (const connected of [false, true]) {
      if (connected) await connect(site, { url: fake.url, token: TOKEN });
      await visit.openSettings();
      expect(await visit.page.locator('html').getAttribute('dir')).not.toBe('rtl');
      for (const width of WIDTHS) {
        await visit.page.setViewportSize({ width, height: 900 });
        await visit.screenshot(`english-${connected ? 'connected' : 'unset'}-${width}`);
        expect(await visit.overflow()).toEqual([]);
        expect(await visit.violations(ROOT)).toEqual([]);
      }
    }
    expect(visit.takeFaults()).toEqual([]);
  });

  it('need not stay open while all products are sent, and stops the sync when told to', async () => {
    await connect(site, { url: fake.url, token: TOKEN });
    await site.createProducts(
      Array.from({ length: 60 }, (_, index) => ({ name: `Hat ${index}`, regular_price: '10' })),
    );
    const root = visit.page.locator(ROOT);
    const button = (name: string) => root.getByRole('button', { name, exact: true });
    await visit.openSettings();
    // Nothing is sent by the page itself.
    await visit.page.route(/fiko-sync\/v1\/tick/, (route) => route.abort());
    await button('Start the first sync').click();
    await button('Stop').click();
    await visit.page.getByRole('dialog').getByRole('button', { name: 'Stop', exact: true }).click();
    await button('Start the first sync').waitFor();
    expect(await visit.getsFocus(button('Start the first sync'))).toBe(true);
    await site.runQueue();
    expect(fake.events).toEqual([]);

    await button('Start the first sync').click();
    await button('Pause').waitFor();
    await visit.open('/wp-admin/');
    await site.runQueue();
    await visit.openSettings();
    await root.getByText(/^(60 of 60|61 of 61) products \(100%\)/).waitFor();
    expect(new Set(fake.events.map(({ product }) => product.id)).size).toBeGreaterThanOrEqual(60);
    await visit.page.unroute(/fiko-sync\/v1\/tick/);
    expect(visit.takeFaults()).toEqual([]);
  });

  it('shows that these tests see what they look for', async () => {
    await visit.openSettings();
    expect((await visit.untranslated()).length).toBeGreaterThan(20);
    await visit.page.evaluate(`document.querySelector('.fiko-cards').insertAdjacentHTML(
      'beforeend', '<div style="width: 3000px">x</div><img src="data:,"><style>#blind:focus { outline: 0; box-shadow: none }</style><a id="blind" href="#" style="transition: none; color: #000">x</a>')`);
    expect(await visit.overflow()).not.toEqual([]);
    expect(await visit.violations(ROOT)).toEqual([expect.stringContaining('image-alt')]);
    await visit.page.evaluate('console.error("oh"), setTimeout(() => { throw new Error("no"); })');
    await visit.page.evaluate('fetch("/wp-content/nothing.css")');
    expect(visit.takeFaults()).toEqual(
      expect.arrayContaining([
        'console: oh',
        expect.stringContaining('error: no'),
        expect.stringMatching(/^404: /),
      ]),
    );
    await visit.page.evaluate('document.querySelector("#blind").focus()');
    expect(await visit.focusIsVisible()).toBe(false);
  });
});

describe('the settings page on the oldest WordPress', () => {
  let fake: FakeBackend;
  let site: WordPressSite;
  let visit: Visit;
  beforeAll(async () => {
    fake = await FakeBackend.start();
    site = await startShop(null, { version: 'oldest', locale: 'fa_IR' });
    visit = await Visit.start(site);
  });
  afterAll(() => Promise.all([site.stop(), fake.stop()]));

  it('connects the shop, and sends its products', async () => {
    await site.createProducts([{ name: 'کلاه', regular_price: '10' }]);
    const root = visit.page.locator(ROOT);
    await visit.openSettings();
    expect(await visit.page.locator('html').getAttribute('dir')).toBe('rtl');
    await visit.page.getByLabel(t('API URL'), { exact: true }).fill(fake.url);
    await visit.page.getByLabel(t('API token'), { exact: true }).fill(TOKEN);
    await root.getByRole('button', { name: t('Save'), exact: true }).click();
    await root.getByText(t('Settings saved.')).waitFor();
    await root.getByText(t('The connection works.')).waitFor();
    await root.getByRole('button', { name: t('Start the first sync') }).click();
    await root.getByText(t('Finished')).waitFor();
    expect(fake.events.map(({ product }) => product.title ?? product.name)).toEqual(['کلاه']);
    for (const width of WIDTHS) {
      await visit.page.setViewportSize({ width, height: 900 });
      await visit.screenshot(`oldest-${width}`);
      expect(await visit.overflow()).toEqual([]);
      expect(await visit.violations(ROOT)).toEqual([]);
    }
    expect(await visit.untranslated(ROOT, ['Test shop'])).toEqual([]);
    await visit.page.setViewportSize({ width: 1400, height: 900 });
    await root.getByRole('button', { name: t('Send all products again') }).click();
    await visit.page.getByRole('dialog').waitFor();
    await visit.screenshot('oldest-dialog');
    expect(await visit.violations('.fiko-confirm')).toEqual([]);
    await visit.page
      .getByRole('dialog')
      .getByRole('button', { name: t('Cancel') })
      .click();
    await visit.page.getByRole('dialog').waitFor({ state: 'detached' });
    await visit.open(PRODUCTS);
    await visit.page.locator('.fiko-state--synced').waitFor();
    expect(visit.takeFaults()).toEqual([]);
    expect(await site.noticesOf(PLUGIN)).toEqual([]);
  });

  it('is drawn also where React knows no roots', async () => {
    const older = await Visit.start(site);
    await older.page.addInitScript(WITHOUT_ROOTS);
    await older.openSettings();
    expect(await older.page.evaluate('typeof wp.element.createRoot + typeof wp.element.render')).toBe(
      'undefinedfunction',
    );
    const advanced = older.page.locator(ROOT).getByRole('button', { name: t('Advanced'), exact: true });
    await advanced.click();
    await older.page.getByLabel(t('Signing secret (optional)'), { exact: true }).fill('whsec_');
    expect(await advanced.getAttribute('aria-expanded')).toBe('true');
    expect(await older.violations(ROOT)).toEqual([]);
    expect(older.takeFaults()).toEqual([]);
    await older.close();
  });
});

/** Runs in the page before its scripts: WordPress before 6.2 has `wp.element` without `createRoot`. */
const WITHOUT_ROOTS = `{
  let element;
  window.wp = {};
  Object.defineProperty(window.wp, 'element', {
    enumerable: true,
    get: () => element,
    set: (given) => {
      element = { ...given };
      delete element.createRoot;
    },
  });
}`;

const UNKNOWN_TOKEN = { status: 401, body: { error: 'invalid_token', detail: 'این توکن شناخته نیست.' } };
