import { bucketOf, fingerprintOf, productDigest, toHex64 } from '../src/contract/product-digest';
import { postAndHold, releaseEvents } from './support/event-log';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const MANIFEST = '/api/integrations/woocommerce/manifest/';
const HEX_16 = '0'.repeat(16);
const HEX_32 = '0'.repeat(32);

type Product = Record<string, unknown> & { id: number | string };

/** A catalogue as its shop has it: what the plugin computes its manifests from. */
class Catalogue {
  readonly products = new Map<string, Product>();

  put(product: Product): void {
    this.products.set(String(product.id), product);
  }

  first(bucketCount: number) {
    const buckets = Array.from({ length: bucketCount }, () => 0n);
    for (const [id, product] of this.products) {
      buckets[bucketOf(id, bucketCount)]! ^= fingerprintOf(id, productDigest(product));
    }
    return { bucket_count: bucketCount, buckets: buckets.map(toHex64), products: this.products.size };
  }

  second(bucketCount: number, named: number[]) {
    const entries = Object.fromEntries(named.map((bucket) => [bucket, [] as [unknown, string][]]));
    for (const [id, product] of this.products) {
      entries[bucketOf(id, bucketCount)]?.push([product.id, productDigest(product)]);
    }
    return { bucket_count: bucketCount, entries };
  }
}

interface Drift {
  compared_at: Date | null;
  in_step_at: Date | null;
  drift_since: Date | null;
  drift_products: number | null;
}

describe('a manifest', () => {
  let app: TestApp;
  let owner: TestUser;
  let token: string;
  let shop: Catalogue;

  const compare = (body: unknown, secret = token) => app.post(MANIFEST, body, secret);
  const nameOf = (id: number | string, more: Record<string, unknown> = {}): Product => ({
    ...productEvent({ id, ...more }).product,
    id,
  });
  const send = async (product: Product, secret = token) => {
    shop.put(product);
    const { status } = await app.webhook(secret, { ...productEvent(), product });
    expect(status).toBe(202);
  };
  const drift = async (userId = owner.id): Promise<Drift> => {
    const [row] = await app.query<Drift>(
      `SELECT compared_at, in_step_at, drift_since, drift_products FROM stores WHERE user_id = $1 ORDER BY id LIMIT 1`,
      [userId],
    );
    return row!;
  };
  const metric = async (name: string): Promise<number> => {
    const { text } = await app.get('/metrics');
    const line = text.split('\n').find((each) => each.startsWith(`${name} `));
    return Number(line?.split(' ')[1]);
  };
  const NOTHING = { missing: [], different: [], orphaned: [], pending: [] };

  beforeAll(async () => {
    app = await TestApp.start();
  });
  beforeEach(async () => {
    owner = await app.createUser();
    ({ secret: token } = await app.createToken(owner));
    shop = new Catalogue();
  });
  afterAll(() => app.close());

  it('of the same catalogue is in step, whatever kinds of products there are', async () => {
    await send(nameOf(414));
    await send(nameOf(415, { name: 'می‌شود «۱۲» \\ / " 😀 \u2028', price: '', tags: [], gallery: null }));
    await send(nameOf('9007199254740993', { price: '123456789012345678901234567890.50' }));
    await send({
      ...nameOf(417),
      type: 'variable',
      weight: 0.1,
      attributes: [{ name: 'رنگ', options: ['قرمز', 'آبی'] }],
      variations: [{ id: 4171, price: 12.5, attributes: { رنگ: 'قرمز' } }],
    });
    await app.idle();
    for (const count of [1, 3, 64, 4096]) {
      const { status, body } = await compare(shop.first(count));
      expect(status).toBe(200);
      expect(body).toEqual({
        in_step: true,
        bucket_count: count,
        buckets: [],
        products: 4,
        queued_events: 0,
      });
    }
    const { body } = await compare(shop.second(3, [0, 1, 2]));
    expect(body).toEqual({ in_step: true, ...NOTHING });
  });

  it('of an empty catalogue is in step with none', async () => {
    await send(nameOf(1));
    await app.webhook(token, { ...productEvent(), event_type: 'product.deleted', product: { id: 1 } });
    await app.idle();
    shop.products.clear();
    expect((await compare(shop.first(2))).body).toMatchObject({ in_step: true, products: 0 });
  });

  it('names the buckets, then the products, that are missing, different or orphaned', async () => {
    for (let id = 1; id <= 40; id++) await send(nameOf(id));
    await app.idle();
    shop.put(nameOf(41, { name: 'never sent' }));
    shop.put({ ...shop.products.get('7')!, price: 1 });
    shop.products.delete('23');
    const { body: first } = await compare(shop.first(16));
    expect(first).toMatchObject({ in_step: false, buckets: [7, 9], products: 40, queued_events: 0 });
    const { status, body } = await compare(shop.second(16, first.buckets as number[]));
    expect(status).toBe(200);
    expect(body).toEqual({ in_step: false, missing: [41], different: [7], orphaned: [23], pending: [] });

    await send(shop.products.get('41')!);
    await send(shop.products.get('7')!);
    await app.webhook(token, { ...productEvent(), event_type: 'product.deleted', product: { id: 23 } });
    await app.idle();
    expect((await compare(shop.first(16))).body).toMatchObject({ in_step: true, buckets: [] });
  });

  it('tells a bucket that is empty in the shop from one that was not named', async () => {
    for (const id of [1, 2, 4]) await send(nameOf(id));
    await app.idle();
    shop.products.clear();
    const { body } = await compare({ bucket_count: 4, entries: { '1': [], '0': [] } });
    expect(body).toEqual({ in_step: false, ...NOTHING, orphaned: [1, 4] });
  });

  it('does not take what is on its way for a difference', async () => {
    for (const id of [1, 2, 3]) await send(nameOf(id));
    await app.idle();
    const changes = [nameOf(2, { price: 5 }), nameOf(9)];
    const deletion = { ...productEvent(), event_type: 'product.deleted', product: { id: 3 } };
    const held = await postAndHold(app, token, [
      ...changes.map((product) => ({ ...productEvent(), product })),
      deletion,
    ]);
    for (const product of changes) shop.put(product);
    shop.products.delete('3');
    expect((await compare(shop.first(8))).body).toMatchObject({
      in_step: false,
      buckets: [1, 2, 3],
      queued_events: 3,
    });
    const { body } = await compare(shop.second(8, [1, 2, 3]));
    expect(body).toEqual({ in_step: false, ...NOTHING, pending: [2, 3, 9] });
    await releaseEvents(app, held);
    await app.idle();
    expect((await compare(shop.first(8))).body).toMatchObject({ in_step: true });
  });

  it('takes a product from before there were digests for a different one, and an orphan for an orphan', async () => {
    await send(nameOf(1));
    await send(nameOf(2));
    await app.idle();
    await app.query(`UPDATE products SET payload_digest = NULL, fingerprint = NULL WHERE user_id = $1`, [
      owner.id,
    ]);
    shop.products.delete('2');
    expect((await compare(shop.first(4))).body).toMatchObject({ in_step: false, buckets: [1, 2] });
    expect((await compare(shop.second(4, [1, 2]))).body).toMatchObject({ different: [1], orphaned: [2] });
    await send(shop.products.get('1')!);
    await app.idle();
    expect((await compare(shop.second(4, [1]))).body).toMatchObject({ in_step: true });
  });

  it('keeps ids beyond 2^53 to their last digit', async () => {
    await send(nameOf('9007199254740993'));
    await app.idle();
    shop.products.clear();
    const { text } = await compare({ bucket_count: 1, entries: { '0': [['9007199254740995', HEX_32]] } });
    expect(JSON.parse(text)).toMatchObject({
      missing: ['9007199254740995'],
      orphaned: ['9007199254740993'],
    });
  });

  it('does not count a later edit that changed nothing but its date', async () => {
    await send(nameOf(1));
    await app.idle();
    const later = { ...shop.products.get('1')!, date_modified: '2024-01-01T00:00:00Z' };
    shop.put(later);
    expect((await compare(shop.first(2))).body).toMatchObject({ in_step: true });
  });

  describe('of which shop', () => {
    it('is told by the site it names, as an event is, and nothing is created for one that is not known', async () => {
      const at = (url: string, body: object) => ({ ...body, store: { url } });
      const [a, b] = ['https://a.example.com', 'https://b.example.com'];
      await app.webhook(token, at(a, { ...productEvent(), product: nameOf(1) }));
      await app.webhook(token, at(b, { ...productEvent(), product: nameOf(2) }));
      await app.idle();
      const manifest = { bucket_count: 1, entries: { '0': [] } };
      expect((await compare(at(a, manifest))).body.orphaned).toEqual([1]);
      expect((await compare(at(`${b}/`, manifest))).body.orphaned).toEqual([2]);
      expect((await compare(manifest)).body.orphaned).toEqual([1]);
      const agent = { 'user-agent': `WordPress/6.7; ${b}` };
      expect((await app.post(MANIFEST, manifest, token, agent)).body.orphaned).toEqual([2]);
      const unknown = await compare(at('https://c.example.com', manifest));
      expect([unknown.status, unknown.body.error]).toEqual([409, 'store_unknown']);
      expect(await app.query(`SELECT 1 FROM stores WHERE user_id = $1`, [owner.id])).toHaveLength(2);
    });

    it('is not known before its first event', async () => {
      const { status, body } = await compare({ bucket_count: 1, buckets: [HEX_16] });
      expect([status, body]).toEqual([
        409,
        { error: 'store_unknown', detail: 'This shop is not known yet; send a product first.' },
      ]);
      expect(await app.query(`SELECT 1 FROM stores WHERE user_id = $1`, [owner.id])).toEqual([]);
    });

    it('is never one of another user', async () => {
      const site = { store: { url: 'https://mine.example.com' } };
      await app.webhook(token, { ...productEvent(), product: nameOf(1), ...site });
      await app.idle();
      const other = await app.createUser();
      const { secret } = await app.createToken(other);
      const manifest = { bucket_count: 1, entries: { '0': [] }, ...site };
      expect((await compare(manifest, secret)).status).toBe(409);
      expect(await drift()).toMatchObject({ compared_at: null });
      await app.webhook(secret, { ...productEvent(), product: nameOf(8), ...site });
      await app.idle();
      expect((await compare(manifest, secret)).body.orphaned).toEqual([8]);
      expect((await compare(manifest)).body.orphaned).toEqual([1]);
    });

    it.each([undefined, 'wc_sk_live_wrong'])('needs an integration token, not %s', async (secret) => {
      const answer = await app.request('POST', MANIFEST, {
        body: {},
        ...(secret !== undefined && { token: secret }),
      });
      expect(answer.status).toBe(401);
      expect((await compare({}, owner.access)).status).toBe(401);
    });
  });

  describe('that is not well formed', () => {
    const pairs = (count: number) =>
      `{"bucket_count":1,"entries":{"0":[${'[1,""],'.repeat(count - 1)}[1,""]]}}`;
    const zeros = (count: number) => Array.from({ length: count }, () => HEX_16);

    it.each<[string, unknown, string]>([
      ['a list', [], 'body'],
      ['nothing', {}, 'bucket_count'],
      ['no count', { buckets: [] }, 'bucket_count'],
      ['no bucket', { bucket_count: 0, buckets: [] }, 'bucket_count'],
      ['too many buckets', { bucket_count: 4097, buckets: zeros(4097) }, 'bucket_count'],
      ['a count in words', { bucket_count: '4', buckets: zeros(4) }, 'bucket_count'],
      ['half a bucket', { bucket_count: 1.5, buckets: zeros(1) }, 'bucket_count'],
      ['neither form', { bucket_count: 1 }, 'body'],
      ['both forms', { bucket_count: 1, buckets: zeros(1), entries: {} }, 'body'],
      ['a bucket too few', { bucket_count: 4, buckets: zeros(3) }, 'buckets'],
      ['a bucket too many', { bucket_count: 4, buckets: zeros(5) }, 'buckets'],
      ['a number of products in words', { bucket_count: 1, buckets: zeros(1), products: 'many' }, 'products'],
      ['buckets by name', { bucket_count: 1, buckets: { 0: HEX_16 } }, 'buckets'],
      ['a short digest', { bucket_count: 2, buckets: [HEX_16, '0'] }, 'buckets[1]'],
      ['a digest in capitals', { bucket_count: 1, buckets: ['ABCDEF0123456789'] }, 'buckets[0]'],
      ['a digest that is a number', { bucket_count: 1, buckets: [0] }, 'buckets[0]'],
      ['entries in a list', { bucket_count: 1, entries: [] }, 'entries'],
      ['a bucket that is none', { bucket_count: 4, entries: { '4': [] } }, 'entries.4'],
      ['a bucket below zero', { bucket_count: 4, entries: { '-1': [] } }, 'entries.-1'],
      ['a bucket with a zero before', { bucket_count: 4, entries: { '01': [] } }, 'entries.01'],
      [
        'a bucket by a long name',
        { bucket_count: 4, entries: { ['x'.repeat(500)]: [] } },
        `entries.${'x'.repeat(20)}`,
      ],
      ['products by id', { bucket_count: 1, entries: { '0': { 1: HEX_32 } } }, 'entries.0'],
      ['a product alone', { bucket_count: 1, entries: { '0': [1] } }, 'entries.0[0]'],
      ['a product without digest', { bucket_count: 1, entries: { '0': [[1]] } }, 'entries.0[0]'],
      ['a short digest of a product', { bucket_count: 1, entries: { '0': [[1, HEX_16]] } }, 'entries.0[0]'],
      ['a product 0', { bucket_count: 1, entries: { '0': [[0, HEX_32]] } }, 'entries.0[0]'],
      ['half a product', { bucket_count: 1, entries: { '0': [[1.5, HEX_32]] } }, 'entries.0[0]'],
      [
        'an id beyond 64 bits',
        { bucket_count: 1, entries: { '0': [['9223372036854775808', HEX_32]] } },
        'entries.0[0]',
      ],
      [
        'a product in another bucket',
        {
          bucket_count: 4,
          entries: {
            '1': [[1, HEX_32]],
            '2': [
              [2, HEX_32],
              [3, HEX_32],
            ],
          },
        },
        'entries.2[1]',
      ],
      [
        'a product twice',
        {
          bucket_count: 2,
          entries: {
            '1': [
              [1, HEX_32],
              ['1', HEX_32],
            ],
          },
        },
        'entries.1[1]',
      ],
      ['10,001 products', pairs(10_001), 'entries'],
      ['100,000 products', pairs(100_000), 'entries'],
    ])('%s is refused, and what is wrong is named', async (_, body, field) => {
      const answer = await compare(body);
      expect(answer.status).toBe(400);
      expect(answer.body.errors.map((error: { field: string }) => error.field)).toEqual([field]);
    });

    it('of a million entries is refused at once, and without being read', async () => {
      const started = Date.now();
      const answer = await compare(pairs(1_000_000));
      expect([answer.status, answer.body.error]).toEqual([413, 'payload_too_large']);
      expect(Date.now() - started).toBeLessThan(2000);
    });

    it('says where a product belongs, and what to do about too many', async () => {
      const wrong = await compare({ bucket_count: 4, entries: { '1': [[6, HEX_32]] } });
      expect(wrong.body.errors[0].message).toBe('Product 6 belongs to bucket 2.');
      expect((await compare(pairs(10_001))).body.errors[0].message).toMatch(
        /10000.*more buckets, or several/,
      );
    });
  });

  it('takes 10,000 products at once', async () => {
    await send(nameOf(1));
    await app.idle();
    const entries = Array.from({ length: 10_000 }, (_, index) => [
      index + 1,
      toHex64(BigInt(index * 7919)).repeat(2),
    ]);
    const { status, body } = await compare({ bucket_count: 1, entries: { '0': entries } });
    expect(status).toBe(200);
    expect([body.missing.length, body.different]).toEqual([9999, [1]]);
  });

  describe('leaves its mark on the store', () => {
    it('and in the metrics: when it was compared, since when it differs, and by how much', async () => {
      await app.query(
        `UPDATE stores SET compared_at = NULL, in_step_at = NULL, drift_since = NULL, drift_products = NULL`,
      );
      expect(await metric('fiko_catalogue_drift_age_seconds')).toBe(0);
      const never = await metric('fiko_catalogue_stores{state="never_compared"}');
      for (const id of [1, 2, 3, 4]) await send(nameOf(id));
      await app.idle();
      expect(await drift()).toEqual({
        compared_at: null,
        in_step_at: null,
        drift_since: null,
        drift_products: null,
      });
      expect(await metric('fiko_catalogue_stores{state="never_compared"}')).toBe(never + 1);

      await compare(shop.first(4));
      expect(await drift()).toMatchObject({
        in_step_at: expect.any(Date),
        drift_since: null,
        drift_products: 0,
      });
      expect(await metric('fiko_catalogue_stores{state="in_step"}')).toBe(1);

      shop.products.delete('2');
      shop.put(nameOf(9));
      await compare(shop.first(4));
      expect(await drift()).toMatchObject({ drift_since: expect.any(Date), drift_products: null });
      await app.query(`UPDATE stores SET drift_since = now() - interval '1 hour' WHERE user_id = $1`, [
        owner.id,
      ]);
      await compare(shop.second(4, [1]));
      await compare(shop.second(4, [2]));
      expect((await drift()).drift_products).toBe(2);
      expect(await metric('fiko_catalogue_stores{state="drifting"}')).toBe(1);
      expect(await metric('fiko_catalogue_drift_products')).toBe(2);
      const age = await metric('fiko_catalogue_drift_age_seconds');
      expect(age).toBeGreaterThanOrEqual(3600);
      expect(age).toBeLessThan(3700);

      await compare(shop.second(4, [0, 1, 2, 3]));
      expect((await drift()).drift_products).toBe(2);
      shop.put(nameOf(2));
      shop.products.delete('9');
      const { drift_since: since, in_step_at: before } = await drift();
      expect(Date.now() - since!.getTime()).toBeGreaterThan(3_500_000);
      await send(nameOf(2));
      await app.idle();
      await compare(shop.first(4));
      const after = await drift();
      expect(after).toMatchObject({ drift_since: null, drift_products: 0 });
      expect(after.in_step_at!.getTime()).toBeGreaterThan(before!.getTime());
      expect(await metric('fiko_catalogue_drift_age_seconds')).toBe(0);
    });

    it('of none but its own', async () => {
      await send(nameOf(1));
      const other = await app.createUser();
      const { secret } = await app.createToken(other);
      await app.webhook(secret, productEvent());
      await app.idle();
      await compare(shop.first(4));
      expect(await drift(other.id)).toMatchObject({ compared_at: null });
    });
  });
});

describe('the metrics', () => {
  it('are Prometheus’s text, of the process and of events, and name nobody', async () => {
    const app = await TestApp.start({ EVENT_RETRIES: '0' });
    try {
      const owner = await app.createUser();
      const { secret } = await app.createToken(owner, { name: 'Secret shop' });
      const [held] = await postAndHold(app, secret, [
        productEvent({ id: 1 }, { store: { url: 'https://shop.example.com' } }),
      ]);
      const { status, headers, text } = await app.get('/metrics/');
      expect(status).toBe(200);
      expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
      expect(text).toContain('# TYPE process_cpu_user_seconds_total counter');
      expect(text).toContain('# TYPE nodejs_eventloop_lag_seconds gauge');
      expect(text).toContain('fiko_events{status="queued"} 1\n');
      expect(text).toContain('fiko_events{status="failed"} 0\n');
      expect(text).toContain('fiko_catalogue_stores{state="never_compared"} 1\n');
      for (const name of [owner.email, owner.username, 'Secret', 'shop.example.com', 'user_id']) {
        expect(text).not.toContain(name);
      }
      await app.query(`UPDATE events SET status = 'failed' WHERE id = $1`, [held]);
      expect((await app.get('/metrics')).text).toContain('fiko_events{status="failed"} 1\n');
    } finally {
      await app.close();
    }
  });

  it('are of the process alone while the database is away', async () => {
    const app = await TestApp.start();
    await app.database.stop();
    try {
      const { status, text } = await app.get('/metrics');
      expect(status).toBe(200);
      expect(text).toContain('process_cpu_user_seconds_total');
      expect(text).not.toMatch(
        /^fiko_(catalogue|events|chunks|searchable)\w* \d|^fiko_(catalogue|events|chunks)\w*\{s\w+=/m,
      );
      expect(text).toMatch(/^fiko_build_info\{/m);
    } finally {
      await app.nest.close();
    }
  });
});
