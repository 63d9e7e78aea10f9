import { productEvent, TestApp, type TestUser } from './support/test-app';

const WEBHOOK = '/api/integrations/woocommerce/webhook/';

describe('POST /api/integrations/woocommerce/webhook/', () => {
  let app: TestApp;
  let owner: TestUser;
  let token: string;

  beforeAll(async () => {
    app = await TestApp.start();
    owner = await app.createUser();
    token = (await app.createToken(owner)).secret;
  });
  afterAll(() => app.close());

  it('accepts an event, lists its product and finds it', async () => {
    const event = productEvent();
    const answer = await app.webhook(token, event);
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      status: 'accepted',
      message: 'The event has been accepted.',
      event_id: event.event_id,
    });
    await app.idle();
    const list = await app.get('/api/v1/web-knowledge/products/', owner.access);
    expect(list.body.count).toBe(1);
    expect(list.body.results[0]).toMatchObject({ external_id: 'woo_414', price: '850000.00' });
    const query = encodeURIComponent('كفش اسپرت');
    const search = await app.get(`/api/v1/web-knowledge/search/?q=${query}`, owner.access);
    expect(search.body.results[0].product.external_id).toBe('woo_414');
  });

  it('skips an event_id seen before', async () => {
    const event = productEvent();
    await app.webhook(token, event);
    const again = await app.webhook(token, { ...event, product: { id: 414, name: 'Other' } });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ status: 'skipped', event_id: event.event_id });
  });

  it('answers 401 without a token', async () => {
    const answer = await app.post(WEBHOOK, productEvent());
    expect(answer.status).toBe(401);
    expect(answer.body.error).toBe('token_missing');
  });
});
