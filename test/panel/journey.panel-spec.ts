import { allowProducts, loggedEvent, refuseProduct, until } from '../support/event-log';
import { productEvent, TestApp, type TestUser } from '../support/test-app';
import { closeBrowser, PanelVisit, type Language } from './browser';

const digits = (language: Language, value: number): string =>
  new Intl.NumberFormat(language === 'fa' ? 'fa-IR' : 'en-GB').format(value);

afterAll(closeBrowser);

describe.each<Language>(['fa', 'en'])('an owner at the panel, in %s', (language) => {
  const EVENTS = '/admin/events';
  const SHOP = 'فروشگاه کفش Shoes';
  const shoe = {
    id: 500,
    name: 'کفش دویدن سبک پرواز',
    price: 1_850_000,
    regular_price: 1_850_000,
    on_sale: false,
  };
  let app: TestApp;
  let owner: TestUser;
  let visit: PanelVisit;
  let token: string;
  let failed: string;

  beforeAll(async () => {
    app = await TestApp.start({ EVENT_RETRIES: '0' });
    owner = await app.createUser();
    visit = await PanelVisit.start(app, { language });
  });
  afterEach(() => {
    expect(visit.takeFaults()).toEqual([]);
  });
  afterAll(async () => {
    await visit.close();
    await app.close();
  });

  const button = (name: string) => visit.page.getByRole('button', { name, exact: true });
  const dialog = () => visit.page.getByRole('dialog');
  const screenshot = (name: string) => visit.screenshot(`panel-journey-${language}-${name}`);

  it('is told when the password is wrong, and logs in with the right one', async () => {
    await visit.open('/admin/');
    await visit.page.getByLabel(visit.say('common', 'login')).fill(owner.email);
    await visit.page.getByLabel(visit.say('common', 'password'), { exact: true }).fill('wrong password');
    await button(visit.say('common', 'logIn')).click();
    await visit.page.getByRole('alert').getByText(visit.say('common', 'loginFailed')).waitFor();
    await screenshot('login');
    expect(visit.takeFaults()).toEqual(['401: /api/v1/auth/session/', '401: /api/v1/auth/session/']);
    await visit.logIn(owner);
  });

  it('is shown first how to connect a shop', async () => {
    await visit.page
      .getByRole('link', { name: visit.say('common', 'tokens') })
      .first()
      .waitFor();
    await screenshot('connect');
  });

  it('generates a token, which is shown once and can be copied', async () => {
    await visit.openPage('/admin/tokens');
    await button(visit.say('tokens', 'make')).first().click();
    await dialog().getByLabel(visit.say('tokens', 'name')).fill(SHOP);
    await dialog()
      .getByRole('button', { name: visit.say('tokens', 'make'), exact: true })
      .click();
    const secret = dialog().getByText(/^wc_sk_live_[a-z0-9]{40}$/);
    token = (await secret.textContent())!;
    await screenshot('token');
    // A key pressed by chance does not take it away.
    await visit.page.keyboard.press('Escape');
    expect(await secret.isVisible()).toBe(true);
    await dialog()
      .getByRole('button', { name: visit.say('common', 'copy') })
      .first()
      .click();
    await dialog().getByLabel(visit.say('common', 'secretStored')).check();
    await dialog()
      .getByRole('button', { name: visit.say('common', 'done') })
      .click();
    await dialog().waitFor({ state: 'hidden' });
    expect(await visit.page.content()).not.toContain(token);
    await visit.page.getByText(`wc_sk_...${token.slice(-6)}`).waitFor();
    await visit.page.reload();
    await visit.settled();
    expect(await visit.page.content()).not.toContain(token);
  });

  it('sees a product’s event arrive without asking again, and become searchable', async () => {
    await visit.openPage(EVENTS);
    await visit.page.getByText(visit.say('events', 'empty')).waitFor();
    const event = productEvent(shoe, {
      event_type: 'product.created',
      store: { url: 'https://kafsh.example.com' },
    });
    expect((await app.webhook(token, event)).status).toBe(202);
    const row = visit.page.getByRole('row').filter({ hasText: shoe.name });
    await row.getByText(visit.say('events', 'processed')).waitFor();
    await screenshot('events');
    await row.getByRole('link').first().click();
    await visit.page.getByText(visit.say('events', 'step_searchable'), { exact: true }).waitFor();
    await visit.page.getByText(visit.say('events', 'awaited_searchable')).waitFor({ state: 'hidden' });
    await screenshot('event');
  });

  it('reads the payload and takes it along', async () => {
    const payload = visit.page.getByRole('region', { name: visit.say('events', 'payload') });
    await payload.getByText('"event_type": "product.created"').waitFor();
    await button(visit.say('common', 'copyJson')).click();
    await button(visit.say('common', 'copied')).waitFor();
  });

  it('filters the log, by an address that can be sent to somebody', async () => {
    await refuseProduct(app, 'woo_501');
    const refused = productEvent({ ...shoe, id: 501, name: 'کفشی که پذیرفته نمی‌شود' });
    failed = refused.event_id;
    expect((await app.webhook(token, refused)).status).toBe(202);
    await app.idle();
    await allowProducts(app);
    await visit.openPage(EVENTS);
    await visit.page.getByRole('combobox', { name: visit.say('common', 'status') }).click();
    await visit.page.getByRole('option', { name: visit.say('events', 'failed') }).click();
    await visit.page.getByRole('row').filter({ hasText: shoe.name }).waitFor({ state: 'hidden' });
    await visit.page.getByRole('row').filter({ hasText: 'پذیرفته نمی‌شود' }).waitFor();
    expect(visit.page.url()).toContain('status=failed');
    await visit.page.reload();
    await visit.page.getByRole('row').filter({ hasText: 'پذیرفته نمی‌شود' }).waitFor();
    expect(await visit.page.getByRole('row').filter({ hasText: shoe.name }).count()).toBe(0);
    await screenshot('failed');
  });

  it('retries what failed', async () => {
    await visit.page
      .getByRole('button', { name: visit.say('events', 'retryOneLabel', { id: failed }) })
      .click();
    await until(
      'the event is processed',
      async () => (await loggedEvent(app, failed)).status === 'processed',
    );
    await visit.page.getByRole('row').filter({ hasText: 'پذیرفته نمی‌شود' }).waitFor({ state: 'hidden' });
  });

  it('retries all that match, after it was asked', async () => {
    await refuseProduct(app, 'woo_502');
    const refused = [1, 2].map((number) =>
      productEvent({ ...shoe, id: 502, name: `کفش نپذیرفتنی ${number}`, price: number }),
    );
    for (const event of refused) expect((await app.webhook(token, event)).status).toBe(202);
    await app.idle();
    await allowProducts(app);
    await visit.openPage(`${EVENTS}?status=failed`);
    await button(visit.say('events', 'retryAll')).click();
    await dialog().getByText(digits(language, 2)).waitFor();
    await screenshot('retry');
    await dialog()
      .getByRole('button', { name: visit.say('events', 'retryAction'), exact: true })
      .click();
    await visit.page.getByText(visit.say('events', 'progressDone')).waitFor();
    for (const { event_id: id } of refused) {
      expect(await loggedEvent(app, id)).toMatchObject({ status: 'processed' });
    }
  });

  it('finds the product with its price in the digits of the language', async () => {
    await visit.openPage('/admin/products');
    const row = visit.page.getByRole('row').filter({ hasText: shoe.name });
    await row.getByText(digits(language, 1_850_000)).waitFor();
    await screenshot('products');
    await row.getByRole('link').first().click();
    await visit.page.getByRole('heading', { level: 1, name: shoe.name }).waitFor();
    await visit.settled();
    await screenshot('product');
  });

  it('asks as a buyer does, and sees why the answer came', async () => {
    await visit.openPage('/admin/knowledge');
    await visit.page
      .getByLabel(visit.say('knowledge', 'question'))
      .fill('کفش دویدن پرواز زیر ۲ میلیون تومان');
    await button(visit.say('knowledge', 'ask')).click();
    await visit.page.getByRole('link', { name: shoe.name }).first().waitFor();
    await visit.page.getByText(visit.say('knowledge', 'interpreted')).waitFor();
    await visit.page.getByText(digits(language, 2_000_000)).first().waitFor();
    await visit.page.getByText(visit.say('knowledge', 'score_lexical')).first().waitFor();
    expect(new URL(visit.page.url()).searchParams.get('q')).toContain('کفش دویدن');
    await screenshot('search');
  });

  it('deactivates the token after it was asked, and the shop gets a 401 at once', async () => {
    await visit.openPage('/admin/tokens');
    await button(visit.say('tokens', 'actionsOf', { name: SHOP })).click();
    await visit.page.getByRole('menuitem', { name: visit.say('tokens', 'deactivate') }).click();
    await dialog()
      .getByRole('button', { name: visit.say('tokens', 'deactivate') })
      .click();
    await visit.page.getByText(visit.say('tokens', 'inactive'), { exact: true }).first().waitFor();
    await screenshot('deactivated');
    expect((await app.webhook(token, productEvent(shoe))).status).toBe(401);
  });

  it('reads what was done in the audit log', async () => {
    await visit.openPage('/admin/audit');
    const { body } = await app.get('/api/v1/audit/', owner.access, { 'accept-language': language });
    const entries = body.results as { action: string; action_display: string; outcome: string }[];
    for (const action of ['token.generated', 'token.deactivated', 'event.retried', 'events.retried']) {
      const entry = entries.find((each) => each.action === action);
      expect([action, entry?.outcome]).toEqual([action, 'done']);
      await visit.page.getByText(entry!.action_display, { exact: true }).first().waitFor();
    }
    await screenshot('audit');
  });

  it('logs out, and nothing of the session is left', async () => {
    await button(visit.say('common', 'accountMenu')).click();
    await visit.page.getByRole('menuitem', { name: visit.say('common', 'logOut') }).click();
    await visit.page.getByLabel(visit.say('common', 'login')).waitFor();
    expect(await visit.cookies()).toEqual([]);
    await visit.page.goBack();
    await visit.page.getByLabel(visit.say('common', 'login')).waitFor();
    visit.takeFaults();
  });
});
