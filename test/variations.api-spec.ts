import { productEvent, TestApp, type TestUser } from './support/test-app';

const START = Date.UTC(2025, 10, 1);
const minute = (number: number) => new Date(START + number * 60_000).toISOString();
const size = (id: number, value: string, colour: string, changes: Record<string, unknown> = {}) => ({
  id,
  sku: `NK-${id}`,
  price: '1000000',
  regular_price: '1000000',
  stock_status: 'instock',
  stock_quantity: 3,
  status: 'publish',
  attributes: [
    { name: 'سایز', option: value },
    { name: 'رنگ', option: colour },
  ],
  ...changes,
});
const SHOES = [
  size(415, '۴۱', 'مشکی', { price: '900000', regular_price: '1200000', sale_price: '900000', on_sale: true }),
  size(416, '۴۲', 'مشکی', { stock_status: 'outofstock', stock_quantity: 0 }),
  size(417, '۴۲', 'سفید', { price: '123456789012345678901.50', regular_price: '123456789012345678901.50' }),
];
const nike = {
  id: 414,
  sku: 'NK',
  name: 'کفش نایک ایر',
  type: 'variable',
  price: '0',
  regular_price: '',
  sale_price: '',
  on_sale: false,
};

describe('a product with variations', () => {
  let app: TestApp;
  let owner: TestUser;
  let token: string;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    owner = await app.createUser();
    ({ secret: token } = await app.createToken(owner));
  });

  const send = async (product: Record<string, unknown>, envelope: Record<string, unknown> = {}) => {
    const event = productEvent({ date_modified: undefined, ...product }, envelope);
    const answer = await app.webhook(token, event);
    expect(answer.status).toBe(202);
    await app.idle();
    const log = await app.get(
      `/api/v1/integrations/woocommerce/events/?search=${event.event_id}`,
      owner.access,
    );
    return log.body.results[0];
  };
  const list = async (query = '') =>
    (await app.get(`/api/v1/web-knowledge/products/?${query}`, owner.access)).body.results;
  const detail = async () => {
    const [{ id }] = await list();
    return (await app.get(`/api/v1/web-knowledge/products/${id}/`, owner.access)).body;
  };
  const search = async (question: string, query = '') =>
    (await app.get(`/api/v1/web-knowledge/search/?q=${encodeURIComponent(question)}&${query}`, owner.access))
      .body.results;
  const found = async (query: string) =>
    (await list(query)).map((row: { external_id: string }) => row.external_id);

  it('is listed with its range of prices, and shown with its variations', async () => {
    await send({ ...nike, variations: SHOES });
    const [row] = await list();
    expect(row).toMatchObject({
      product_type: 'variable',
      price: '900000.00',
      original_price: '1200000.00',
      price_min: '900000.00',
      price_max: '123456789012345678901.50',
      has_discount: true,
      discount_percentage: 25,
      in_stock: true,
      has_variations: true,
    });
    expect(row).not.toHaveProperty('variations');
    const { variations } = await detail();
    expect(variations).toMatchObject([
      {
        id: 415,
        sku: 'NK-415',
        price: '900000.00',
        original_price: '1200000.00',
        has_discount: true,
        in_stock: true,
        attributes: [
          { name: 'سایز', option: '۴۱' },
          { name: 'رنگ', option: 'مشکی' },
        ],
      },
      { id: 416, in_stock: false, stock_status: 'outofstock', stock_quantity: 0 },
      { id: 417, price: '123456789012345678901.50', original_price: null },
    ]);
    const stats = await app.get('/api/v1/web-knowledge/products/stats/', owner.access);
    expect(stats.body.price_range).toEqual({ min: '900000.00', max: '123456789012345678901.50' });
  });

  it('meets filters by any variation that meets them all', async () => {
    await send({ ...nike, variations: SHOES });
    await send({ id: 9, name: 'جوراب', price: '50000', regular_price: '', sale_price: '' });
    const attribute = (name: string, value: string) => `attribute=${encodeURIComponent(`${name}:${value}`)}`;
    const both = `${attribute('سایز', '42')}&${attribute('رنگ', 'مشکي')}`;
    expect(await found('min_price=900000&max_price=950000')).toEqual(['woo_414']);
    expect(await found('min_price=950000&max_price=1050000')).toEqual(['woo_414']);
    expect(await found('min_price=1000001&max_price=2000000')).toEqual([]);
    expect(await found('min_price=900001')).toEqual(['woo_414']);
    expect(await found('max_price=60000')).toEqual(['woo_9']);
    expect(await found(attribute('رنگ', 'سفید'))).toEqual(['woo_414']);
    expect(await found(attribute('رنگ', 'آبی'))).toEqual([]);
    expect(await found(both)).toEqual(['woo_414']);
    expect(await found(`${both}&in_stock=true`)).toEqual([]);
    expect(await found(`${attribute('سایز', '42')}&in_stock=true`)).toEqual(['woo_414']);
    expect(await found(`${both}&max_price=950000`)).toEqual([]);
    expect(await found(`has_discount=true&${attribute('سایز', '42')}`)).toEqual([]);
    expect(await found(`has_discount=true&${attribute('سایز', '41')}`)).toEqual(['woo_414']);
    expect(await found('has_discount=false&is_active=true')).toEqual(['woo_9', 'woo_414']);
    const bad = await app.get('/api/v1/web-knowledge/products/?attribute=x', owner.access);
    expect([bad.status, bad.body.errors[0].field]).toEqual([400, 'attribute']);
  });

  it('is found by a question that says a size, which names the variation that fits', async () => {
    await send({ ...nike, variations: SHOES });
    const [hit] = await search('کفش نایک سایز ۴۲ موجود دارید؟');
    expect(hit).toMatchObject({
      product: { external_id: 'woo_414' },
      variation: { id: 417, in_stock: true, price: '123456789012345678901.50' },
      asked_attributes: [{ name: 'سایز', option: '۴۲' }],
    });
    expect((await search('کفش نایک سایز 42 مشکی'))[0].variation).toMatchObject({ id: 416, in_stock: false });
    expect((await search('کفش نایک سایز ۴۷'))[0]).toMatchObject({
      variation: null,
      asked_attributes: [{ name: 'سایز', option: '47' }],
    });
    expect((await search('کفش نایک'))[0]).toMatchObject({ variation: null, asked_attributes: [] });
    expect((await search('NK-416'))[0].variation).toMatchObject({ id: 416 });
    // Prices in words are those of a variation too.
    expect(await search('کفش نایک زیر ۹۵۰ هزار تومان')).toHaveLength(1);
    expect(await search('کفش نایک بین 1001000 تا 2000000 تومان')).toHaveLength(0);
  });

  it('is repriced without a call of the embedding service, whatever variation changes', async () => {
    await send({ ...nike, variations: SHOES });
    const chunks = () =>
      app.query(`SELECT id, embedded_at FROM chunks WHERE user_id = $1 ORDER BY id`, [owner.id]);
    const before = await chunks();
    expect(before.length).toBeGreaterThan(0);
    const repriced = SHOES.map((one) => ({ ...one, price: '777000', sale_price: null, stock_quantity: 1 }));
    const event = await send({ ...nike, variations: repriced });
    expect(event.outcome).toBe('updated');
    expect(await chunks()).toEqual(before);
    expect((await list())[0]).toMatchObject({ price: '777000.00', price_max: '777000.00' });
    expect((await send({ ...nike, variations: repriced })).outcome).toBe('unchanged');
  });

  it('loses the variations that its shop no longer names, and all when it is simple again', async () => {
    await send({ ...nike, variations: SHOES });
    await send({ ...nike, variations: SHOES.slice(1) });
    expect((await detail()).variations.map(({ id }: { id: number }) => id)).toEqual([416, 417]);
    expect((await list())[0]).toMatchObject({ price: '1000000.00', has_discount: false });
    await send({ ...nike, type: 'simple', price: '5', regular_price: '5' });
    expect(await detail()).toMatchObject({
      variations: [],
      price: '5.00',
      price_max: '5.00',
      has_variations: false,
    });
    expect((await search('کفش نایک'))[0]).toMatchObject({ variation: null, asked_attributes: [] });
  });

  it('is not in stock once none of its variations is, and not for sale are those switched off', async () => {
    const sold = SHOES.map((one) => ({ ...one, stock_status: 'outofstock' }));
    await send({ ...nike, stock_status: 'instock', variations: sold });
    expect(await found('in_stock=true')).toEqual([]);
    await send({ ...nike, variations: SHOES.map((one) => ({ ...one, status: 'private' })) });
    expect(await found('in_stock=true')).toEqual([]);
    expect((await detail()).variations[0].is_active).toBe(false);
  });

  it('keeps what older plugins send, who do not speak of variations', async () => {
    const event = await send({ ...nike, price: '850000', regular_price: '850000' });
    expect(event.outcome).toBe('created');
    expect(await detail()).toMatchObject({ variations: [], price: '850000.00', product_type: 'variable' });
  });

  it('may have values whose end is cut within a letter', async () => {
    const option = `${'x'.repeat(199)}𠀀`;
    const attributes = [{ name: option, option }];
    const product = { ...nike, attributes: [{ name: option, options: [option] }] };
    expect((await send({ ...product, variations: [{ ...SHOES[0], attributes }] })).outcome).toBe('created');
  });

  it.each(['grouped', 'external', 'variable-subscription', 'lottery'])('keeps the type %s', async (type) => {
    expect((await send({ ...nike, type })).outcome).toBe('created');
    expect((await list())[0].product_type).toBe(type);
  });

  describe('of which variations come by themselves', () => {
    const alone = (one: Record<string, unknown>, at: number, parent: unknown = 414) =>
      send({ name: '', ...one, type: 'variation', parent_id: parent }, { occurred_at: minute(at) });
    const ids = SHOES.map(({ id }) => id);

    it('has the price of each once all are known, in whatever order they come', async () => {
      expect((await alone(SHOES[2]!, 3)).outcome).toBe('awaiting_product');
      expect(await list()).toEqual([]);
      await send({ ...nike, price: '900000', variations: ids }, { occurred_at: minute(2) });
      expect(await detail()).toMatchObject({ has_variations: false, price: '900000.00' });
      await alone(SHOES[0]!, 4);
      expect((await alone(SHOES[1]!, 1)).outcome).toBe('updated');
      expect((await detail()).variations.map(({ id }: { id: number }) => id)).toEqual(ids);
      expect((await list())[0]).toMatchObject({ has_variations: true, price: '900000.00', in_stock: true });
      expect((await search('نایک سایز ۴۲ سفید'))[0].variation.id).toBe(417);
    });

    it('takes no older word on one, and no word on one that is gone', async () => {
      await send({ ...nike, variations: SHOES }, { occurred_at: minute(10) });
      expect((await alone({ ...SHOES[0], price: '1' }, 9)).outcome).toBe('superseded');
      expect((await alone({ ...SHOES[0], price: '2' }, 11)).outcome).toBe('updated');
      expect((await list())[0].price_min).toBe('2.00');
      await send({ ...nike, variations: ids.slice(1) }, { occurred_at: minute(20) });
      await alone({ ...SHOES[0], price: '1' }, 19);
      expect((await detail()).variations.map(({ id }: { id: number }) => id)).toEqual(ids.slice(1));
    });

    it('loses one that is deleted by itself, until a later list has it', async () => {
      await send({ ...nike, variations: SHOES }, { occurred_at: minute(1) });
      const deletion = { event_type: 'product.deleted', occurred_at: minute(5) };
      const event = await send({ id: 415, type: 'variation', parent_id: 414 }, deletion);
      expect(event).toMatchObject({ outcome: 'updated', woo_product_id: 414 });
      expect((await detail()).variations.map(({ id }: { id: number }) => id)).toEqual([416, 417]);
      expect((await list())[0].price_min).toBe('1000000.00');
      await alone({ ...SHOES[0], price: '1' }, 4);
      expect((await list())[0].price_min).toBe('1000000.00');
      await send({ ...nike, variations: SHOES }, { occurred_at: minute(6) });
      expect((await list())[0].price_min).toBe('900000.00');
    });

    it('stays deleted', async () => {
      await send({ ...nike, variations: SHOES }, { occurred_at: minute(1) });
      await send({ id: 414 }, { event_type: 'product.deleted', occurred_at: minute(2) });
      await alone({ ...SHOES[0], price: '3' }, 3);
      expect(await found('is_active=true')).toEqual([]);
      expect(await search('کفش نایک')).toEqual([]);
      await send({ ...nike, variations: ids }, { occurred_at: minute(4) });
      expect((await list('is_active=true'))[0].price_min).toBe('3.00');
    });

    it('is embedded anew when a variation gets another size', async () => {
      await send({ ...nike, variations: SHOES }, { occurred_at: minute(1) });
      const other = { ...SHOES[0], attributes: [{ name: 'سایز', option: '۴۵' }] };
      expect((await alone(other, 2)).outcome).toBe('updated');
      const [hit] = await search('نایک سایز ۴۵');
      expect(hit.variation.id).toBe(415);
      expect(hit.chunk.text).toContain('۴۵');
    });
  });

  it("of one user is not the other's, who has the same ids", async () => {
    await send({ ...nike, variations: SHOES });
    const other = await app.createUser();
    const { secret } = await app.createToken(other);
    await app.webhook(
      secret,
      productEvent({ ...nike, variations: [size(415, '۳۹', 'زرد', { price: '1' })] }),
    );
    await app.idle();
    expect((await detail()).variations).toHaveLength(3);
    expect((await list())[0].price).toBe('900000.00');
    const theirs = await app.get('/api/v1/web-knowledge/products/', other.access);
    expect(theirs.body.results[0]).toMatchObject({ price: '1.00', price_max: '1.00' });
  });

  it('may have five hundred of them', async () => {
    const many = Array.from({ length: 500 }, (_, index) =>
      size(1000 + index, String(index), 'مشکی', { price: index + 1 }),
    );
    expect((await send({ ...nike, variations: many })).outcome).toBe('created');
    expect((await list())[0]).toMatchObject({ price_min: '1.00', price_max: '500.00' });
    expect((await detail()).variations).toHaveLength(500);
    expect((await search('کفش نایک سایز 437'))[0].variation.id).toBe(1437);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a variation without its product', { type: 'variation' }, 'product.parent_id'],
    ['a variation twice', { variations: [{ id: 1 }, { id: 1 }] }, 'product.variations.1.id'],
    ['a price that is none', { variations: [{ id: 1, price: 'free' }] }, 'product.variations.0.price'],
    [
      'more than a thousand',
      { variations: Array.from({ length: 1001 }, (_, id) => id + 1) },
      'product.variations',
    ],
  ])('is refused with %s', async (_, product, field) => {
    const answer = await app.webhook(token, productEvent({ ...nike, ...product }));
    expect([answer.status, answer.body.errors.map((error: { field: string }) => error.field)]).toEqual([
      400,
      [field],
    ]);
  });
});
