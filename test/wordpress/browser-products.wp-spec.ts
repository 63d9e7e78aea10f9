import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Backend } from './backend';
import { closeBrowser, persian as t, PRODUCTS, Visit } from './browser';
import { TROUBLE } from './front';
import { connect, PLUGIN, startShop, syncNow } from './plugin';
import type { WordPressSite } from './site';

const CELLS = '.column-fiko';
const OURS = [CELLS, '#fiko-state-filter', '.row-actions .fiko_sync'];

describe('the products list of a Persian shop', () => {
  let backend: Backend;
  let site: WordPressSite;
  let visit: Visit;
  let shoe: number;
  let hat: number;
  beforeAll(async () => {
    [backend, site] = await Promise.all([Backend.start(), startShop(null, { locale: 'fa_IR' })]);
    await connect(site, backend);
    [shoe, hat] = (await site.createProducts([
      { name: 'کفش', regular_price: '250000' },
      { name: 'کلاه', regular_price: '90000' },
      { name: 'کیف', regular_price: '40000' },
      { name: 'پیش‌نویس', status: 'draft' },
    ])) as [number, number];
    visit = await Visit.start(site, { as: 'manager' });
  });
  afterEach(async () => {
    backend.answer();
    expect(visit.takeFaults()).toEqual([]);
    expect(await site.noticesOf(PLUGIN)).toEqual([]);
  });
  afterAll(async () => {
    await closeBrowser();
    await Promise.all([site.stop(), backend.close()]);
  });

  const cell = (id: number) => visit.page.locator(`#post-${id} .fiko-state`);
  /** Once the cell is in this state: its sign, tooltip, and words for screen readers. */
  const expectState = async (id: number, state: string, sign: string, words: string | RegExp) => {
    await visit.page.locator(`#post-${id} .fiko-state--${state}`).waitFor();
    // Itself, and no picture that WordPress would fetch from elsewhere.
    expect(await cell(id).locator('.wp-exclude-emoji').innerHTML()).toBe(sign);
    const title = await cell(id).getAttribute('title');
    expect(title).toMatch(words);
    // Read by all, or by screen readers alone.
    const said = await cell(id).locator('.fiko-state-note, .screen-reader-text').allTextContents();
    expect(said).toEqual([state in NOTES ? t(NOTES[state]!) : title]);
    expect(await cell(id).locator('.fiko-state-note').count()).toBe(
      state in NOTES || state === 'failed' ? 1 : 0,
    );
  };
  const rows = () => visit.page.locator('#the-list .row-title').allInnerTexts();
  const syncLink = (id: number) => visit.page.locator(`#post-${id} a.fiko-sync-now`);
  const expectSound = async (name: string, data: string[] = []) => {
    await visit.screenshot(name);
    expect(await visit.violations(...OURS)).toEqual([]);
    for (const part of OURS) {
      expect(await visit.untranslated(part, [...data, ...WORDPRESS_DATE])).toEqual([]);
    }
  };
  const asLater = async () => {
    await backend.idle();
    await site.runQueue({ ahead: 31 });
  };

  it('says of products that were never sent, and of those that are not to be', async () => {
    await visit.open(PRODUCTS);
    const [draft] = await site.eval<number[]>(
      `return get_posts( array( 'post_type' => 'product', 'post_status' => 'draft', 'fields' => 'ids' ) );`,
    );
    await expectState(shoe, 'never', '—', t('Never sent.'));
    await expectState(
      draft!,
      'excluded',
      '—',
      t(
        'Not told to the assistant: the product is a draft, private, hidden or protected by a password, or was left out.',
      ),
    );
    expect(await visit.page.locator('th#fiko').innerText()).toBe(t('Fiko'));
    await expectSound('list-never');
  });

  it('follows a product from its edit until the assistant knows it, without being loaded again', async () => {
    await site.updateProduct(shoe, { regular_price: '260000' });
    await visit.open(PRODUCTS);
    await expectState(shoe, 'waiting', '⏳', t('Waiting to be sent.'));
    await expectSound('list-waiting');
    await site.runQueue({ ahead: 31 });
    await backend.idle();
    // The page asks after some seconds by itself.
    await expectState(
      shoe,
      'synced',
      '✅',
      new RegExp(t('The assistant knows this product. Last update: %s', '.+')),
    );
    await expectSound('list-synced');
    expect(await backend.products()).toEqual([expect.objectContaining({ title: 'کفش' })]);
  });

  it('sends a product at once when told to, and says so', async () => {
    await visit.open(PRODUCTS);
    await visit.page.locator(`#post-${hat}`).hover();
    expect(await syncLink(hat).innerText()).toBe(t('Sync now'));
    expect(await syncLink(hat).getAttribute('aria-label')).toBe(t('Sync “%s” with Fiko now', 'کلاه'));
    await syncLink(hat).click();
    await expectState(hat, 'waiting', '⏳', t('Sent; the assistant is learning it.'));
    await backend.idle();
    await expectState(hat, 'synced', '✅', /./);
    await visit.page.waitForFunction(
      `document.querySelector('#a11y-speak-polite').textContent.startsWith('کلاه: ')`,
    );
    expect(visit.page.url()).toContain(PRODUCTS);
  });

  it('is used by the keyboard alone', async () => {
    await visit.open(PRODUCTS);
    await visit.tabTo(syncLink(hat));
    expect(await syncLink(hat).isVisible()).toBe(true);
    expect(await visit.focusIsVisible()).toBe(true);
    const sent = visit.page.waitForResponse((response) => response.url().includes('products/sync'));
    await visit.page.keyboard.press('Enter');
    expect((await sent).status()).toBe(200);
    await expectState(hat, 'waiting', '⏳', t('Sent; the assistant is learning it.'));
    expect(await visit.getsFocus(syncLink(hat))).toBe(true);
    await asLater();
  });

  it('sends a product also where scripts cannot reach WordPress', async () => {
    await visit.open(PRODUCTS);
    await visit.page.route(/products\/sync/, (route) => route.abort());
    await visit.page.locator(`#post-${hat}`).hover();
    await syncLink(hat).click();
    await visit.page.waitForURL(/fiko_queued=1/);
    await visit.page.unroute(/products\/sync/);
    expect(visit.takeFaults()).toEqual([expect.stringMatching(/^console: Fiko: /)]);
    const count = new RegExp(t('%s product will be sent to Fiko.', '[1۱]'));
    expect(await visit.page.locator('.notice-success').innerText()).toMatch(count);
    await site.runQueue();
    await asLater();
  });

  it('sends a product also where a security plugin has closed the REST API', async () => {
    await visit.open(PRODUCTS);
    await visit.page.route(/products\/sync/, (route) =>
      route.fulfill({
        status: 403,
        json: { code: 'rest_cannot_access', message: 'Only for members.', data: { status: 403 } },
      }),
    );
    await visit.page.locator(`#post-${hat}`).hover();
    await syncLink(hat).click();
    await visit.page.waitForURL(/fiko_queued=1/);
    await visit.page.unroute(/products\/sync/);
    expect(visit.takeFaults()).toEqual([
      expect.stringMatching(/^403: .*products\/sync/),
      expect.stringMatching(/^console: Fiko: /),
    ]);
    await site.runQueue();
    await asLater();
  });

  it('sends the chosen products by the bulk action', async () => {
    await visit.open(PRODUCTS);
    for (const id of [shoe, hat]) await visit.page.locator(`#cb-select-${id}`).check();
    await visit.page.locator('#bulk-action-selector-top').selectOption({ label: t('Sync with Fiko now') });
    await visit.page.locator('#doaction').click();
    await visit.page.waitForURL(/fiko_queued=2/);
    const notice = visit.page.locator('.notice-success');
    expect(await notice.innerText()).toMatch(new RegExp(t('%s product will be sent to Fiko.', '[2۲]')));
    expect(await visit.untranslated('.notice-success p')).toEqual([]);
    for (const id of [shoe, hat]) await expectState(id, 'waiting', '⏳', /./);
    const before = backend.requests.length;
    await site.runQueue();
    const sent = backend.requests.slice(before).filter(({ route }) => route === 'webhook/batch');
    expect(sent.flatMap(({ body }) => body.events)).toHaveLength(2);
    await asLater();
    await visit.open(PRODUCTS);
    for (const id of [shoe, hat]) await expectState(id, 'synced', '✅', /./);
  });

  it('shows why the server refuses a product, and sends it once it is right', async () => {
    const filter = join(site.wpContent, 'mu-plugins', 'absurd.php');
    await writeFile(
      filter,
      `<?php add_filter( 'fiko_product_payload', function ( $payload ) {
        if ( 'کلاه' === $payload['name'] ) { $payload['price'] = '-1'; } return $payload; } );`,
    );
    await visit.open(PRODUCTS);
    await visit.page.locator(`#post-${hat}`).hover();
    await syncLink(hat).click();
    await expectState(hat, 'failed', '❌', new RegExp(t('Failed: %s', `${t('price')}: .*[آ-ی]`)));
    const note = visit.page.locator(`#post-${hat} .fiko-state-note`);
    expect(await note.isVisible()).toBe(true);
    await expectSound('list-failed');
    await visit.open(PRODUCTS);
    await expectState(hat, 'failed', '❌', new RegExp(t('price')));
    expect(await note.isVisible()).toBe(true);
    await visit.page.locator('#fiko-state-filter').selectOption({ label: t('Fiko: failed') });
    await visit.page.locator('#post-query-submit').click();
    await visit.page.waitForURL(/fiko_state=failed/);
    expect(await rows()).toEqual(['کلاه']);
    expect(await visit.page.locator('#fiko-state-filter').inputValue()).toBe('failed');

    await rm(filter);
    await visit.page.locator(`#post-${hat}`).hover();
    await syncLink(hat).click();
    await backend.idle();
    await expectState(hat, 'synced', '✅', /./);
    expect(await note.count()).toBe(0);
  });

  it('is printed as the script draws it', async () => {
    await site.eval(
      `global $wpdb;
      $wpdb->update( Fiko_Schema::table(), array( 'state' => 'failed', 'error' => 'خطا' ), array( 'product_id' => ${hat} ) );
      return 1;`,
    );
    const seen = async () => {
      const texts = await visit.page.locator(`#the-list ${CELLS}`).allInnerTexts();
      return texts.map((text) => text.replace(/\s+/g, ' ').trim());
    };
    await visit.page.route(/products\/status/, (route) => route.abort());
    await visit.open(PRODUCTS);
    const printed = await seen();
    expect(visit.takeFaults()).toEqual([expect.stringMatching(/^console: Fiko: /)]);
    await visit.page.unroute(/products\/status/);
    // The server, which knows better than the table, is not asked.
    await site.eval(
      `update_option( Fiko_Contract::OPTIONS['gate'], array( 'code' => 'unauthorized', 'since' => 1 ) ); return 1;`,
    );
    const drawn = visit.page.waitForResponse((response) => response.url().includes('products/status'));
    await visit.open(PRODUCTS);
    await drawn;
    await visit.page.evaluate('new Promise((resolve) => setTimeout(resolve, 100))');
    expect(printed).toHaveLength(4);
    expect(await seen()).toEqual(printed);
    await site.eval(`Fiko_Gate::open(); return 1;`);
    await syncNow(site, [hat]);
    await backend.idle();
    await asLater();
  });

  it('is filtered by each state', async () => {
    for (const [state, names] of [
      ['synced', ['کفش', 'کلاه']],
      ['waiting', []],
      ['failed', []],
      ['never', ['کیف']],
      ['excluded', ['پیش‌نویس']],
      ['no such state', ['پیش‌نویس', 'کفش', 'کلاه', 'کیف']],
    ] as [string, string[]][]) {
      await visit.open(`${PRODUCTS}&fiko_state=${state}`);
      expect([state, (await rows()).toSorted()]).toEqual([state, names.toSorted()]);
    }
  });

  it('says in the row why nothing can be sent', async () => {
    await site.eval(`delete_option( Fiko_Contract::OPTIONS['api_token'] ); return 1;`);
    await visit.open(PRODUCTS);
    await visit.page.locator(`#post-${hat}`).hover();
    await syncLink(hat).click();
    const note = visit.page.locator(`#post-${hat} .fiko-sync-note`);
    await note.waitFor();
    expect(await note.innerText()).toBe(t('Connect the shop first: enter address and token, and save.'));
    expect(visit.takeFaults()).toEqual([expect.stringMatching(/^409: .*products\/sync/)]);
    await expectSound('list-note');
    await connect(site, backend);
  });

  it('keeps what it shows while the server is away', async () => {
    backend.answer(TROUBLE.broken);
    await visit.open(PRODUCTS);
    const asked = visit.page.waitForResponse((response) => response.url().includes('products/status'));
    await visit.page.reload();
    expect((await asked).status()).toBe(200);
    await expectState(shoe, 'synced', '✅', /./);
    backend.answer();
    await site.runQueue({ ahead: 3600 });
  });

  it('fits on narrow screens', async () => {
    await syncNow(site, [shoe]);
    for (const width of [1400, 782, 360]) {
      await visit.page.setViewportSize({ width, height: 900 });
      await visit.open(PRODUCTS);
      if (width <= 782) await visit.page.locator(`#post-${shoe} .toggle-row`).click();
      await visit.page.locator(`#post-${shoe} .fiko-state`).waitFor();
      expect(await visit.overflow(`#post-${shoe} ${CELLS}`)).toEqual([]);
      await visit.screenshot(`list-${width}`);
    }
  });

  it('is for those who keep the shop', async () => {
    expect((await site.request(PRODUCTS, { as: 'customer' })).text).not.toContain('fiko-sync-now');
    expect(
      (await site.rest('POST', '/fiko-sync/v1/products/sync', { ids: [shoe] }, { as: 'customer' })).status,
    ).toBe(403);
  });
});

/** What is seen of a state beside its sign. */
const NOTES: Record<string, string> = { never: 'Not sent', excluded: 'Left out' };

/** Parts of a date as WordPress writes it in a shop whose language pack is not there. */
const WORDPRESS_DATE = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August'],
  ...['September', 'October', 'November', 'December', 'am', 'pm'],
];
