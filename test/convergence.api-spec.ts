import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { isLaterThan, MAX_CLOCK_LEAD_MS, momentOf, type ChangeMoment } from '../src/contract/change-order';
import { digestOf } from '../src/contract/product-digest';
import type { ProductStatement } from '../src/web-knowledge/product-draft';
import type { ProductState, VariationState } from '../src/web-knowledge/product-state';
import {
  ProductWriter,
  type ProductChange,
  type ProductScope,
} from '../src/web-knowledge/product-writer.service';
import { productEvent, TestApp } from './support/test-app';

const MINUTE = 60_000;
const START = Date.UTC(2025, 10, 1);

/** Later ones last. */
const byMoment = (a: ChangeMoment, b: ChangeMoment): number => (isLaterThan(a, b) ? 1 : -1);

/** All of `items` and a few of them again, in any order. */
const deliveries = <T>(items: T[]): fc.Arbitrary<T[]> =>
  fc.array(fc.constantFrom(...items), { maxLength: 3 }).chain((copies) => {
    const all = [...items, ...copies];
    return fc.shuffledSubarray(all, { minLength: all.length });
  });

/** Cuts a list into pieces of these sizes, over and over. */
function cut<T>(items: T[], sizes: number[]): T[][] {
  const pieces: T[][] = [];
  for (let start = 0; start < items.length; start += pieces.at(-1)!.length) {
    pieces.push(items.slice(start, start + sizes[pieces.length % sizes.length]!));
  }
  return pieces;
}

const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });

describe('the order of changes', () => {
  const minutes = fc.integer({ min: 0, max: 40 }).map((minute) => START + minute * MINUTE);
  const change = fc.record({
    occurredAt: fc.option(minutes),
    arrivedAt: minutes,
    deletion: fc.boolean(),
  });
  /** Changes with their places in the log. */
  const changes = (count: number, of: typeof change = change) =>
    fc
      .tuple(
        fc.array(of, { minLength: count, maxLength: count }),
        fc.shuffledSubarray([1n, 2n, 3n], { minLength: count, maxLength: count }),
      )
      .map(([all, places]) => all.map((one, index) => momentOf({ ...one, sequence: places[index]! })));
  const transitive = ([a, b, c]: ChangeMoment[]) =>
    !(isLaterThan(a!, b!) && isLaterThan(b!, c!)) || isLaterThan(a!, c!);
  const RUNS = { numRuns: 5000 };

  it('makes exactly one of any two changes the later one', () => {
    fc.assert(
      fc.property(changes(2), ([a, b]) => isLaterThan(a!, b!) !== isLaterThan(b!, a!)),
      RUNS,
    );
  });

  it('makes no change later than itself, so that a copy does nothing', () => {
    fc.assert(
      fc.property(changes(1), ([a]) => !isLaterThan(a!, { ...a! })),
      RUNS,
    );
  });

  it('is a total order of dated changes', () => {
    const dated = fc.record({ occurredAt: minutes, arrivedAt: minutes, deletion: fc.boolean() });
    const sane = dated.map((one) => ({ ...one, arrivedAt: one.arrivedAt + 40 * MINUTE }));
    fc.assert(fc.property(changes(3, sane), transitive), RUNS);
  });

  it('is a total order of dated and undated changes that arrive one after another', () => {
    const ages = fc.option(fc.integer({ min: 0, max: 60 }));
    const log = fc.array(fc.record({ age: ages, deletion: fc.boolean() }), { minLength: 3, maxLength: 3 });
    const moments = log.map((all) =>
      all.map(({ age, deletion }, index) => {
        const arrivedAt = START + index * 10 * MINUTE;
        const occurredAt = age === null ? null : arrivedAt - age * MINUTE;
        return momentOf({ occurredAt, arrivedAt, deletion, sequence: BigInt(index) });
      }),
    );
    const anyOrder = moments.chain((all) => fc.shuffledSubarray(all, { minLength: 3 }));
    fc.assert(fc.property(anyOrder, transitive), RUNS);
  });

  it.each<[string, number, boolean]>([
    ['believed up to ten minutes ahead', MAX_CLOCK_LEAD_MS, false],
    ['not believed beyond', MAX_CLOCK_LEAD_MS + 1, true],
  ])('has the clock of a shop %s', (_, lead, onArrival) => {
    const moment = { arrivedAt: START, deletion: false, sequence: 1n };
    const at = onArrival ? START : START + lead;
    expect(momentOf({ ...moment, occurredAt: START + lead })).toMatchObject({ at, onArrival });
  });

  it('lets a deletion win over an edit of the same date, whichever arrived first', () => {
    const at = { occurredAt: START, arrivedAt: START };
    for (const [edit, deletion] of [
      [1n, 2n],
      [2n, 1n],
    ] as const) {
      const moments = [
        momentOf({ ...at, deletion: false, sequence: edit }),
        momentOf({ ...at, deletion: true, sequence: deletion }),
      ];
      expect(moments.sort(byMoment).at(-1)!.deletion).toBe(true);
    }
  });
});

interface Row {
  external_id: string;
  is_active: boolean;
  moment: string;
  content: unknown;
}

describe('products under changes in any order', () => {
  let app: TestApp;
  let dataSource: DataSource;
  let writer: ProductWriter;
  let shuffled: ProductScope;
  let sorted: ProductScope;

  beforeAll(async () => {
    // Nothing but the test touches what the test writes.
    app = await TestApp.start({ SWEEP_INTERVAL_MS: '3600000' });
    [dataSource, writer] = [app.nest.get(DataSource), app.nest.get(ProductWriter)];
    const { id: userId } = await app.createUser();
    const stores = await app.query<{ id: number }>(
      `INSERT INTO stores (user_id, platform, url)
       VALUES ($1, 'woocommerce', 'one.example'), ($1, 'woocommerce', 'two.example') RETURNING id`,
      [userId],
    );
    [shuffled, sorted] = stores.map(({ id: storeId }) => ({ userId, storeId, source: 'woocommerce' })) as [
      ProductScope,
      ProductScope,
    ];
  });
  afterAll(() => app.close());

  const stateOf = (title: number, price: number): ProductState => ({
    title: `Title ${title}`,
    productType: 'simple',
    shortDescription: '',
    description: '',
    category: null,
    categories: [],
    brand: null,
    tags: [],
    sku: null,
    attributes: [],
    link: null,
    price: String(price),
    originalPrice: null,
    currency: null,
    inStock: true,
    stockStatus: 'instock',
    stockQuantity: null,
    mainImage: null,
    images: [],
  });
  const change = fc.record({
    externalId: fc.constantFrom('woo_1', 'woo_2'),
    state: fc.option(fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 2 }))),
    minute: fc.nat({ max: 4 }),
  });
  const changes = fc.array(change, { minLength: 1, maxLength: 6 }).map((all) =>
    all.map(({ externalId, state, minute }, index): ProductStatement => {
      const occurredAt = START + minute * MINUTE;
      const arrival = { arrivedAt: START + 60 * MINUTE + index, sequence: BigInt(index + 1) };
      const moment = momentOf({ occurredAt, deletion: state === null, ...arrival });
      const digest = state && digestOf(externalId.slice(4), { id: externalId, state });
      return { externalId, moment, state: state && stateOf(...state), variations: state && [], digest };
    }),
  );

  const apply = (scope: ProductScope, batch: ProductChange[]) =>
    dataSource.transaction((manager) => writer.apply(manager, scope, batch));

  /** What is known of each product; what a shop deleted counts as gone, with or without a row of its past. */
  const known = ({ userId, storeId }: ProductScope): Promise<Row[]> =>
    app.query<Row>(
      `SELECT external_id, is_active,
              concat_ws(' ', changed_at, changed_by_deletion, changed_by_event, payload_digest, fingerprint) AS moment,
              CASE WHEN is_active THEN jsonb_build_array(title, price::text, content_hash, offer_hash,
                (SELECT d.text FROM documents d WHERE d.user_id = p.user_id AND d.product_id = p.id)) ELSE '[]' END
              || (SELECT coalesce(jsonb_agg(c.text ORDER BY c."position"), '[]')
                    FROM chunks c WHERE c.user_id = p.user_id AND c.product_id = p.id) AS content
         FROM products p WHERE user_id = $1 AND store_id = $2
       UNION ALL
       SELECT external_id, false, concat_ws(' ', changed_at, changed_by_deletion, changed_by_event), '[]'
         FROM product_tombstones WHERE user_id = $1 AND store_id = $2
        ORDER BY external_id`,
      [userId, storeId],
    );

  it('end as if the changes had come in their order, however they are shuffled, split and repeated', async () => {
    const runs = changes.chain((all) => fc.record({ all: fc.constant(all), order: deliveries(all), sizes }));
    await fc.assert(
      fc.asyncProperty(runs, async ({ all, order, sizes: batches }) => {
        await app.query('DELETE FROM products');
        await app.query('DELETE FROM product_tombstones');
        for (const batch of cut(order, batches)) await apply(shuffled, batch);
        const inOrder = [...all].sort((a, b) => byMoment(a.moment, b.moment));
        await apply(sorted, inOrder);
        const found = await known(shuffled);
        expect(found).toEqual(await known(sorted));
        const last = new Map(inOrder.map((one) => [one.externalId, one.state]));
        expect(found.map((row) => [row.external_id, row.is_active])).toEqual(
          [...last].sort().map(([id, state]) => [id, state !== null]),
        );
        for (const { external_id: id, content } of found) {
          const state = last.get(id);
          const told = state ? (expect.arrayContaining([state.title, state.price]) as unknown) : [];
          expect(content).toEqual(told);
        }
      }),
      { numRuns: 200 },
    );
  });

  const variationOf = (price: number): VariationState => ({
    sku: null,
    attributes: [{ name: 'سایز', option: String(40 + price) }],
    isActive: price > 0,
    link: null,
    price: String(price),
    originalPrice: null,
    inStock: price > 1,
    stockStatus: price > 1 ? 'instock' : 'outofstock',
    stockQuantity: null,
    image: null,
  });
  const variationId = fc.constantFrom('11', '12');
  const variation = fc.nat({ max: 2 });
  const said = fc.record({ id: variationId, price: fc.option(variation) });
  const aboutVariations = fc.oneof(
    fc.record({
      title: fc.nat({ max: 1 }),
      // Null for a shop that tells its variations one by one.
      list: fc.option(fc.uniqueArray(said, { selector: ({ id }) => id, maxLength: 2 })),
    }),
    fc.record({ variation: variationId, price: fc.option(variation) }),
    fc.constant('deletion' as const),
  );
  const variationChanges = fc
    .array(fc.tuple(fc.nat({ max: 4 }), aboutVariations), { minLength: 1, maxLength: 6 })
    .map((all) =>
      all.map(([minute, what], index): ProductChange => {
        const occurredAt = START + minute * MINUTE;
        const arrival = { arrivedAt: START + 60 * MINUTE + index, sequence: BigInt(index + 1) };
        const moment = momentOf({ occurredAt, deletion: what === 'deletion', ...arrival });
        const place = { externalId: 'woo_1', moment };
        if (what === 'deletion') return { ...place, state: null, variations: null, digest: null };
        if ('variation' in what)
          return {
            ...place,
            variation: { id: what.variation, state: what.price === null ? null : variationOf(what.price) },
          };
        const variations = what.list?.map(({ id, price }) => ({
          id,
          state: price === null ? null : variationOf(price),
        }));
        const digest = digestOf('1', { id: 1, what });
        return { ...place, state: stateOf(what.title, 7), variations: variations ?? null, digest };
      }),
    );

  it('of variations end as if they had come in their order too', async () => {
    const members = ({ userId, storeId }: ProductScope) =>
      app.query<Row>(
        `SELECT v.external_id, v."position", v.state, p.is_active, p.price::text, p.price_max::text, p.in_stock,
                p.varies, p.own_offer
           FROM product_variations v
           LEFT JOIN products p ON p.user_id = v.user_id AND p.store_id = v.store_id AND p.is_active
          WHERE v.user_id = $1 AND v.store_id = $2 AND v.is_member ORDER BY v.external_id`,
        [userId, storeId],
      );
    const runs = variationChanges.chain((all) =>
      fc.record({ all: fc.constant(all), order: deliveries(all), sizes }),
    );
    await fc.assert(
      fc.asyncProperty(runs, async ({ all, order, sizes: batches }) => {
        for (const table of ['products', 'product_tombstones', 'product_variations'])
          await app.query(`DELETE FROM ${table}`);
        for (const batch of cut(order, batches)) await apply(shuffled, batch);
        await apply(
          sorted,
          [...all].sort((a, b) => byMoment(a.moment, b.moment)),
        );
        expect(await known(shuffled)).toEqual(await known(sorted));
        expect(await members(shuffled)).toEqual(await members(sorted));
      }),
      { numRuns: 200 },
    );
  });

  it('keep no chunk of what is gone', async () => {
    const later = (minute: number, deletion: boolean) =>
      momentOf({ occurredAt: START + minute, arrivedAt: START + 60, deletion, sequence: BigInt(minute) });
    const digest = digestOf('9', { id: 9 });
    const write = {
      externalId: 'woo_9',
      moment: later(1, false),
      state: stateOf(1, 1),
      variations: [],
      digest,
    };
    await apply(shuffled, [write]);
    const rows = () => app.query(`SELECT 1 FROM chunks WHERE user_id = $1`, [shuffled.userId]);
    const before = (await rows()).length;
    await apply(shuffled, [
      { externalId: 'woo_9', moment: later(2, true), state: null, variations: null, digest: null },
    ]);
    expect((await rows()).length).toBe(before - 1);
    await apply(shuffled, [write]);
    expect((await rows()).length).toBe(before - 1);
  });
});

describe('two shops of one user', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.close());

  const word = fc.record({
    shop: fc.nat({ max: 1 }),
    id: fc.integer({ min: 1, max: 3 }),
    gone: fc.boolean(),
  });

  it('each end at its own last word, however events interleave, race and repeat', async () => {
    const runs = fc
      .array(word, { minLength: 2, maxLength: 14 })
      .map((words) => words.map((one, minute) => ({ ...one, minute })))
      .chain((words) => fc.record({ words: fc.constant(words), order: deliveries(words), sizes }));
    await fc.assert(
      fc.asyncProperty(runs, async ({ words, order, sizes: concurrency }) => {
        const owner = await app.createUser();
        const secrets: string[] = [];
        for (const shop of [0, 1]) {
          const { secret } = await app.createToken(owner, { store_url: `https://shop${shop}.example.com` });
          secrets.push(secret);
        }
        const events = new Map(
          words.map((one) => {
            const title = `Shop ${one.shop}, product ${one.id}, minute ${one.minute}`;
            const date = new Date(START + one.minute * MINUTE).toISOString();
            const product = { id: one.id, name: title, price: one.minute, date_modified: date };
            const type = one.gone ? 'product.deleted' : 'product.updated';
            return [one.minute, { ...productEvent({}, { event_type: type }), product }] as const;
          }),
        );
        for (const race of cut(order, concurrency)) {
          const answers = await Promise.all(
            race.map(({ shop, minute }) => app.webhook(secrets[shop]!, events.get(minute))),
          );
          expect(answers.filter(({ status }) => status !== 202 && status !== 200)).toEqual([]);
        }
        await app.idle();
        const last = new Map(words.map((one) => [`${one.shop} ${one.id}`, one]));
        const expected = [...last.values()].filter(({ gone }) => !gone);
        const { body } = await app.get(
          '/api/v1/web-knowledge/products/?is_active=true&page_size=100',
          owner.access,
        );
        const listed = body.results as { title: string; price: string; external_id: string }[];
        const line = (title: string, price: string, id: string) => `${title} ${price} ${id}`;
        expect(listed.map((row) => line(row.title, row.price, row.external_id)).sort()).toEqual(
          expected
            .map(({ id, minute }) =>
              line(events.get(minute)!.product.name, `${String(minute)}.00`, `woo_${id}`),
            )
            .sort(),
        );
        const log = await app.get('/api/v1/integrations/woocommerce/events/?page_size=100', owner.access);
        const statuses = (log.body.results as { status: string }[]).map(({ status }) => status);
        expect(statuses).toEqual(words.map(() => 'processed'));
      }),
      { numRuns: 10 },
    );
  });
});
