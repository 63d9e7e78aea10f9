import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PLUGIN_OPTIONS } from '../../src/contract/shop-plugin';
import { Backend } from './backend';
import { closeBrowser, digits, persian as t, PRODUCTS, ROOT, Visit } from './browser';
import { PLUGIN, startShop } from './plugin';
import type { WordPressSite } from './site';

const PRODUCT_COUNT = 120;

describe('the settings page of a Persian shop', () => {
  let backend: Backend;
  let site: WordPressSite;
  let visit: Visit;
  let ids: number[];
  beforeAll(async () => {
    [backend, site] = await Promise.all([Backend.start(), startShop(null, { locale: 'fa_IR' })]);
    ids = await site.createProducts([
      ...Array.from({ length: PRODUCT_COUNT }, (_, index) => ({
        name: `کفش ${index + 1}`,
        description: `توضیح کفش شمارهٔ ${index + 1}`,
        regular_price: String(100_000 + index),
      })),
      { name: 'پیش‌نویس', status: 'draft' },
    ]);
    visit = await Visit.start(site);
  });
  afterEach(async () => {
    expect(visit.takeFaults()).toEqual([]);
    expect(await site.noticesOf(PLUGIN)).toEqual([]);
  });
  afterAll(async () => {
    await closeBrowser();
    await Promise.all([site.stop(), backend.close()]);
  });

  const button = (english: string) =>
    visit.page.locator(ROOT).getByRole('button', { name: t(english), exact: true });
  const field = (english: string) => visit.page.getByLabel(t(english), { exact: true });
  const see = (text: string) => visit.page.locator(ROOT).getByText(text).first().waitFor();
  const total = (state: string) => visit.page.locator(`.fiko-total--${state} dd a`);
  const progress = () => visit.page.locator('#fiko-bulk-progress');
  /** The page is sound in the state in which it is now. */
  const expectSound = async (name: string) => {
    await visit.screenshot(name);
    expect(await visit.violations(ROOT)).toEqual([]);
    expect(await visit.overflow()).toEqual([]);
    expect(await visit.untranslated(ROOT, ['Test shop', 'Test'])).toEqual([]);
  };
  const expectNoToken = async () => expect((await visit.page.content()).includes(backend.token)).toBe(false);
  const muPlugin = (name: string) => join(site.wpContent, 'mu-plugins', `${name}.php`);
  const filterPayload = (name: string, statements: string) =>
    writeFile(
      muPlugin(name),
      `<?php add_filter( 'fiko_product_payload', function ( $payload ) { ${statements} return $payload; } );`,
    );

  it('is found in the menu and says what to do first', async () => {
    await visit.open('/wp-admin/');
    await visit.page.locator('#toplevel_page_woocommerce').hover();
    await visit.page.locator('#toplevel_page_woocommerce a[href$="page=fiko-sync"]').click();
    await see(t('Connect your shop to Fiko'));
    expect(await visit.page.locator('html').getAttribute('dir')).toBe('rtl');
    expect(await button('Start the first sync').getAttribute('aria-disabled')).toBe('true');
    await see(t('Save the API URL and the API token first.'));
    await expectSound('1-not-connected');
  });

  it('tests what was entered, and shows account and shop before anything is saved', async () => {
    await field('API URL').fill(`${backend.url}/`);
    await field('API token').fill(` ${backend.token}\t`);
    await see(t('There are unsaved changes.'));
    await button('Test connection').click();
    await see(t('The connection works.'));
    const facts = await visit.page.locator('.components-notice.is-success .fiko-facts').innerText();
    expect(facts).toMatch(/user-\w+@example\.com/);
    expect(facts).toContain('Test shop');
    expect(facts).toContain(site.url);
    await expectSound('2-tested');
    expect(await site.option(PLUGIN_OPTIONS.apiToken)).toBeNull();
  });

  it('saves, and keeps the token out of the page for good', async () => {
    await button('Save').click();
    await see(t('Settings saved.'));
    await see(t('The connection works.'));
    expect(await site.option(PLUGIN_OPTIONS.apiToken)).toBe(backend.token);
    await expectSound('3-saved');
    await expectNoToken();
    await visit.openSettings();
    await see(t('Connected to Fiko'));
    expect(await field('API URL').inputValue()).toBe(backend.url);
    expect(await field('API token').getAttribute('type')).toBe('password');
    expect(await field('API token').inputValue()).toBe('');
    expect(await field('API token').getAttribute('placeholder')).toBe(t('Saved – leave empty to keep'));
    expect(await total('never').innerText()).toBe(digits(PRODUCT_COUNT));
    expect(await total('excluded').innerText()).toBe(digits(1));
    await expectSound('4-connected');
    await expectNoToken();
  });

  it('sends all products, stands still when paused, and goes on in a new window', async () => {
    // 50 products take as long as one step may.
    await filterPayload('slow', 'usleep( 80000 );');
    await button('Start the first sync').click();
    await see(t('Sending all products…'));
    expect(await progress().getAttribute('max')).toBe(String(PRODUCT_COUNT));
    await visit.page.waitForFunction('document.querySelector("#fiko-bulk-progress")?.value > 0');
    await expectSound('5-running');
    await button('Pause').click();
    await button('Resume').waitFor();
    await visit.close();
    await rm(muPlugin('slow'));

    visit = await Visit.start(site);
    await visit.openSettings();
    await see(t('Paused'));
    const done = Number(await progress().getAttribute('value'));
    expect(done).toBeGreaterThan(0);
    expect(done).toBeLessThan(PRODUCT_COUNT);
    expect(await site.runQueue({ ahead: 60 })).toBeGreaterThan(0);
    await visit.openSettings();
    expect(Number(await progress().getAttribute('value'))).toBe(done);
    await expectSound('6-paused');

    await button('Resume').click();
    await see(t('Finished'));
    await see(t('%1$s of %2$s products (%3$s)', PRODUCT_COUNT, PRODUCT_COUNT, '۱۰۰٪'));
    await see(t('None failed.'));
    expect(await progress().count()).toBe(0);
    expect(await backend.products()).toHaveLength(PRODUCT_COUNT);
  });

  it('tells that all products are known to the assistant once they are', async () => {
    await backend.idle();
    await site.runQueue({ ahead: 31 });
    await visit.openSettings();
    expect(await total('synced').innerText()).toBe(digits(PRODUCT_COUNT));
    for (const state of ['waiting', 'failed', 'never'])
      expect(await total(state).innerText()).toBe(digits(0));
    await see(t('No errors: every product that was sent was accepted.'));
    await expectSound('7-synced');
    await total('excluded').click();
    await visit.page.waitForURL(/fiko_state=excluded/);
    expect(await visit.page.locator('#the-list .row-title').allInnerTexts()).toEqual(['پیش‌نویس']);
  });

  it('asks before it sends everything again', async () => {
    await visit.openSettings();
    await button('Send all products again').click();
    const dialog = visit.page.getByRole('dialog');
    await dialog.waitFor();
    await visit.screenshot('8-dialog');
    expect(await visit.violations('.fiko-confirm')).toEqual([]);
    expect(await visit.untranslated('.fiko-confirm')).toEqual([]);
    expect(await visit.overflow('.fiko-confirm')).toEqual([]);
    await visit.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await visit.getsFocus(button('Send all products again'))).toBe(true);
    await see(t('Finished'));
  });

  it('compares the shop with the server', async () => {
    const [missed] = ids;
    await site.updateProduct(missed!, { name: 'کفش تازه' }, { silently: true });
    await button('Compare now').click();
    await see(t('Last compared'));
    await see(t('Sent again'));
    await expectSound('9-compared');
    await site.runQueue();
    await backend.idle();
    expect((await backend.products()).map(({ title }) => title)).toContain('کفش تازه');
  });

  it('says why a product was not taken, and sends it again when told to', async () => {
    const refused = ids[1]!;
    await filterPayload('absurd', `if ( 'کفش ارزان' === $payload['name'] ) { $payload['price'] = '-1'; }`);
    await site.updateProduct(refused, { name: 'کفش ارزان' });
    await site.runQueue({ ahead: 31 });
    await visit.openSettings();
    const row = visit.page.locator('.fiko-errors tbody tr');
    expect(await row.count()).toBe(1);
    expect(await row.locator('td').nth(0).innerText()).toBe('کفش ارزان');
    const reason = await row.locator('td').nth(1).innerText();
    expect(reason).toContain(`${t('price')}: `);
    expect(reason).toMatch(/[آ-ی]/);
    expect(
      await visit.page.evaluate(
        `getComputedStyle(document.querySelector('.fiko-errors td:nth-child(2) bdi')).direction`,
      ),
    ).toBe('rtl');
    expect(await total('failed').innerText()).toBe(digits(1));
    await visit.screenshot('10-refused');
    expect(await visit.violations(ROOT)).toEqual([]);
    expect(await visit.untranslated(ROOT, ['Test shop'])).toEqual([]);
    for (const width of [782, 360]) {
      await visit.page.setViewportSize({ width, height: 900 });
      expect(await visit.overflow()).toEqual([]);
      await visit.screenshot(`10-refused-${width}`);
      expect(await visit.violations(ROOT)).toEqual([]);
    }
    await visit.page.setViewportSize({ width: 1400, height: 1000 });

    const asked = visit.page.waitForResponse((response) => response.url().includes('products/status'));
    await visit.open(`${PRODUCTS}&fiko_state=failed`);
    expect(await visit.page.locator('#the-list .row-title').allInnerTexts()).toEqual(['کفش ارزان']);
    // The server, asked after it, tells of the state that it took in before. That is not the product's.
    expect(((await (await asked).json()) as { products: unknown[] }).products).toEqual([
      expect.objectContaining({ id: refused, state: 'failed', icon: '❌' }),
    ]);

    await rm(muPlugin('absurd'));
    await visit.openSettings();
    await row.getByRole('button').click();
    await row.waitFor({ state: 'detached' });
    // The button went with its row; the keyboard goes on from the card.
    await visit.page.waitForFunction(
      `document.activeElement.tagName === 'H2' && document.activeElement.innerText === ${JSON.stringify(t('Latest errors'))}`,
    );
    await site.runQueue();
    await backend.idle();
    await site.runQueue({ ahead: 31 });
    await visit.openSettings();
    expect(await total('failed').innerText()).toBe(digits(0));
    expect(await total('synced').innerText()).toBe(digits(PRODUCT_COUNT));
  });
});
