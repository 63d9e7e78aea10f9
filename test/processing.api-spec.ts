import { EventProcessor } from '../src/integrations/events/event-processor.jobs';
import {
  allowProducts,
  loggedEvent,
  logWithoutJob,
  postAndHold,
  refuseProduct,
  releaseEvents,
  until,
} from './support/event-log';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const PRODUCTS = '/api/v1/web-knowledge/products/';
const EVENTS = '/api/v1/integrations/woocommerce/events/';

type Event = ReturnType<typeof productEvent>;

interface StoredProduct {
  title: string;
  is_active: boolean;
}

describe('the processing of events', () => {
  let app: TestApp;
  let staff: TestUser;
  let owner: TestUser;
  let tokenId: number;
  let token: string;
  let lastProductId = 1000;

  beforeAll(async () => {
    app = await TestApp.start({ EVENT_RETRIES: '2', EVENT_BACKOFF_MS: '20' });
    staff = await app.createUser({ staff: true });
    owner = await app.createUser();
    ({ id: tokenId, secret: token } = await app.createToken(owner));
  });
  afterAll(() => app.close());
  afterEach(async () => {
    await allowProducts(app);
    await app.query(`UPDATE events SET next_attempt_at = now() WHERE status = 'queued'`);
    await app.idle();
  });

  const nextId = () => ++lastProductId;
  const post = async (event: Event): Promise<void> => {
    expect((await app.webhook(token, event)).status).toBe(202);
  };
  /** Processes what is due of the stores of these events. */
  const process = async (ids: number[]): Promise<void> => {
    const stores = await app.query<{ user_id: number; store_id: number }>(
      `SELECT DISTINCT user_id, store_id FROM events WHERE id = ANY($1)`,
      [ids],
    );
    for (const store of stores) await app.nest.get(EventProcessor).process(store);
  };
  const stored = async (productId: number): Promise<StoredProduct | null> => {
    const rows = await app.query<StoredProduct>(
      `SELECT title, is_active FROM products WHERE user_id = $1 AND external_id = $2`,
      [owner.id, `woo_${productId}`],
    );
    expect(rows.length).toBeLessThanOrEqual(1);
    return rows[0] ?? null;
  };

  describe('a poison event', () => {
    it('fails alone, is tried again, is logged with its reason, and is processed by a retry once cured', async () => {
      await refuseProduct(app, 'woo_666');
      const good = Array.from({ length: 20 }, () => productEvent({ id: nextId() }));
      const poison = productEvent({ id: 666, name: 'Cursed lamp' });
      await Promise.all([...good.slice(0, 10), poison, ...good.slice(10)].map(post));
      await app.idle();
      for (const { event_id: id } of good) {
        expect(await loggedEvent(app, id)).toMatchObject({ status: 'processed', attempts: 1 });
      }
      const { id } = await loggedEvent(app, poison.event_id);
      const failed = await app.get(`${EVENTS}${id}/`, owner.access);
      expect(failed.body).toMatchObject({
        status: 'failed',
        processed_successfully: false,
        error_message: 'the product woo_666 is refused',
        attempts: 3,
      });
      expect(await stored(666)).toBeNull();

      await allowProducts(app);
      const retry = await app.post(`${EVENTS}${id}/retry/`, {}, staff.access);
      expect(retry.status).toBe(200);
      await app.idle();
      const cured = await app.get(`${EVENTS}${id}/`, owner.access);
      expect(cured.body).toMatchObject({ status: 'processed', processed_successfully: true, attempts: 1 });
      expect(await stored(666)).toEqual({ title: 'Cursed lamp', is_active: true });
    });

    it('fails alone in a batch with others of its shop', async () => {
      const { good, poison, ids } = await holdBatchWithPoison();
      await refuseProduct(app, 'woo_667');
      await releaseEvents(app, ids);
      await process(ids);
      for (const event of good) {
        expect(await loggedEvent(app, event.event_id)).toMatchObject({ status: 'processed', attempts: 1 });
      }
      await app.idle();
      expect(await loggedEvent(app, poison.event_id)).toMatchObject({ status: 'failed', attempts: 3 });
    });

    // What PostgreSQL reports as a fault of its own may be one event's all the same: too large, or too slow.
    it.each([
      ['an internal error', 'XX000'],
      ['out of memory', '53200'],
      ['a statement that took too long', '57014'],
    ])('keeps no other event of its batch waiting when the database reports %s', async (_, sqlState) => {
      const { good, poison, ids } = await holdBatchWithPoison();
      await refuseProduct(app, 'woo_667', sqlState);
      await releaseEvents(app, ids);
      await until('the others are processed', async () => {
        const rows = await Promise.all(good.map(({ event_id: id }) => loggedEvent(app, id)));
        return rows.every(({ status }) => status === 'processed');
      });
      await until('the log says why the event waits', async () => {
        const { error_message: reason } = await loggedEvent(app, poison.event_id);
        return reason === 'the product woo_667 is refused';
      });
    });

    it('that cannot be read any more is logged as failed, and names the field', async () => {
      const [good, broken] = [productEvent({ id: nextId() }), productEvent({ id: nextId(), price: 'abc' })];
      await post(good);
      await app.idle();
      await logWithoutJob(app, tokenId, broken);
      await app.idle();
      const row = await loggedEvent(app, broken.event_id);
      expect(row).toMatchObject({ status: 'failed', attempts: 3 });
      expect(row.error_message).toMatch(/^product\.price: Must be a number/);
    });
  });

  /** Eleven events of one shop that wait for their release, one of them of the product 667. */
  async function holdBatchWithPoison() {
    const good = Array.from({ length: 10 }, () => productEvent({ id: nextId() }));
    const poison = productEvent({ id: 667 });
    return {
      good,
      poison,
      ids: await postAndHold(app, token, [...good.slice(0, 5), poison, ...good.slice(5)]),
    };
  }

  describe('a lost job', () => {
    it('is found: an event that is in the log is processed', async () => {
      await post(productEvent({ id: nextId() }));
      const events = Array.from({ length: 5 }, () => productEvent({ id: nextId() }));
      for (const event of events) await logWithoutJob(app, tokenId, event);
      await app.idle();
      for (const { event_id: id, product } of events) {
        expect(await loggedEvent(app, id)).toMatchObject({ status: 'processed', attempts: 1 });
        expect(await stored(product.id as number)).toMatchObject({ is_active: true });
      }
    });
  });

  describe('a handler that runs twice', () => {
    beforeAll(async () => {
      await app.query(`CREATE TABLE product_writes (external_id text)`);
      await app.query(`
        CREATE FUNCTION note_product_write() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO product_writes VALUES (NEW.external_id);
          RETURN NULL;
        END $$`);
      await app.query(`
        CREATE TRIGGER note_product_write AFTER INSERT OR UPDATE ON products FOR EACH ROW
          EXECUTE FUNCTION note_product_write()`);
    });

    it.each([
      ['one after another', false],
      ['at once', true],
    ])('%s does nothing twice', async (_, atOnce) => {
      const [first, second] = [productEvent({ id: nextId() }), productEvent({ id: nextId() })];
      const [a, b] = (await postAndHold(app, token, [first, second])) as [number, number];
      await releaseEvents(app, [a, b]);
      const batches = [[a, b], [b, a], [a], [b], [a, b]];
      if (atOnce) await Promise.all(batches.map(process));
      else for (const ids of batches) await process(ids);
      await app.idle();
      for (const { event_id: eventId, product } of [first, second]) {
        expect(await loggedEvent(app, eventId)).toMatchObject({ status: 'processed', attempts: 1 });
        const key = [owner.id, `woo_${String(product.id)}`];
        const [counts] = await app.query(
          `SELECT (SELECT count(*) FROM product_writes WHERE external_id = $2) AS writes,
                  (SELECT count(*) FROM chunks c JOIN products p ON p.id = c.product_id AND p.user_id = c.user_id
                    WHERE p.user_id = $1 AND p.external_id = $2) AS chunks`,
          key,
        );
        expect(counts).toEqual({ writes: 1, chunks: 1 });
      }
    });

    it('after the event was processed leaves its record as it was', async () => {
      const event = productEvent({ id: nextId() });
      await post(event);
      await app.idle();
      const { id } = await loggedEvent(app, event.event_id);
      const before = await app.get(`${EVENTS}${id}/`, owner.access);
      await process([id]);
      expect((await app.get(`${EVENTS}${id}/`, owner.access)).body).toEqual(before.body);
    });
  });

  describe('changes out of order', () => {
    /**
     * Changes of one product in the order of their arrival, and the name that stands, null where none is active.
     * A change is `name@date`, a deletion `-@date`. The date is a time of one day, minutes from now (+5), a whole
     * date, or missing; `/` puts occurred_at behind it.
     */
    const HISTORIES: [what: string, changes: string, stands: string | null][] = [
      ['a newer change stands', 'old@10:00 new@11:00', 'new'],
      ['an older change never overwrites a newer one', 'new@11:00 old@10:00 older@09:00', 'new'],
      ['zones count', 'new@09:00 old@2025-11-10T12:00:00+03:30', 'new'],
      ['of equal dates the later arrival stands', 'a@10:00 b@10:00 c@10:00', 'c'],
      ['of undated changes the later arrival stands', 'a@ b@', 'b'],
      ['a deletion wins over an update of its date', 'a@10:00 -@10:00', null],
      ['a deletion wins over an update of its date that arrives later', '-@10:00 a@10:00', null],
      ['an older update brings no deleted product back', 'a@09:00 -@11:00 b@10:00', null],
      ['a newer update brings a deleted product back', 'a@09:00 -@10:00 b@11:00', 'b'],
      ['an update dated before an undated deletion brings nothing back', 'a@09:00 -@ b@10:00', null],
      ['an update dated after an undated deletion brings the product back', 'a@09:00 -@ b@+1', 'b'],
      [
        'a deletion that carries the date of the last edit is placed by occurred_at',
        'a@09:00 -@09:00/12:00 b@11:00',
        null,
      ],
      ['a date far ahead keeps no later change out', 'a@2099-01-01 b@+1', 'b'],
      ['a date far ahead keeps no later undated change out', 'a@2099-01-01 b@', 'b'],
      ['of a clock that runs far ahead the later arrival stands', 'a@+60 b@+30 -@+50', null],
    ];

    function dateOf(text: string | undefined): string | null {
      if (!text) return null;
      if (text.startsWith('+')) return new Date(Date.now() + Number(text) * 60_000).toISOString();
      return text.length === 5 ? `2025-11-10T${text}:00+00:00` : text;
    }

    const eventsOf = (id: number, changes: string): Event[] =>
      changes.split(' ').map((change) => {
        const [name = '', dates = ''] = change.split('@');
        const [modified, occurred] = dates.split('/');
        const deletion = name === '-';
        return productEvent(
          { id, name: deletion ? null : name, date_modified: dateOf(modified) },
          { event_type: deletion ? 'product.deleted' : 'product.updated', occurred_at: dateOf(occurred) },
        );
      });

    /** What stands after the changes arrived as told, and were processed in a given order; null for no product. */
    async function standing(changes: string, order: number[] | 'together'): Promise<string | null> {
      const productId = nextId();
      const ids = await postAndHold(app, token, eventsOf(productId, changes));
      for (const batch of order === 'together' ? [ids] : order.map((index) => [ids[index]!])) {
        await releaseEvents(app, batch);
        await process(batch);
      }
      const product = await stored(productId);
      return product?.is_active ? product.title : null;
    }

    const ordersOf = (changes: string) => permutations(changes.split(' ').map((_, index) => index));

    it.each(HISTORIES)('%s (%s), in whatever order they are processed', async (_, changes, stands) => {
      for (const order of ordersOf(changes)) {
        expect({ order, stands: await standing(changes, order) }).toEqual({ order, stands });
      }
      expect(await standing(changes, 'together')).toBe(stands);
    });

    it('of a clock a little ahead, the same stands in whatever order they are processed', async () => {
      const changes = 'a@+5 -@ b@+4';
      const results = new Set<string | null>();
      for (const order of ordersOf(changes)) results.add(await standing(changes, order));
      expect([...results]).toHaveLength(1);
    });

    it('a product whose deletion arrived before its creation is never created', async () => {
      const id = nextId();
      expect(await outcomesOf(id, '-@11:00 a@10:00')).toEqual(['deleted', 'superseded']);
      expect(await stored(id)).toBeNull();
    });

    it('each change says what it did', async () => {
      const changes = 'a@09:00 b@10:00 b@11:00 a@09:30 -@12:00 b@11:30 b@13:00';
      expect(await outcomesOf(nextId(), changes)).toEqual([
        'created',
        'updated',
        'unchanged',
        'superseded',
        'deleted',
        'superseded',
        'restored',
      ]);
    });

    /** What the log says of changes that are processed as they arrive. */
    async function outcomesOf(id: number, changes: string): Promise<string[]> {
      for (const event of eventsOf(id, changes)) {
        await post(event);
        await app.idle();
      }
      const { body } = await app.get(`${EVENTS}?woo_product_id=${id}`, owner.access);
      return (body.results as { outcome: string }[]).map(({ outcome }) => outcome).reverse();
    }
  });

  it('of creations and deletions that are posted at once ends right', async () => {
    const user = await app.createUser();
    const { secret } = await app.createToken(user);
    const kept = Array.from({ length: 15 }, () => productEvent({ id: nextId() }));
    const removed = Array.from({ length: 15 }, () => productEvent({ id: nextId() }));
    const deletions = removed.map(({ product }) =>
      productEvent({ id: product.id }, { event_type: 'product.deleted' }),
    );
    const events = Array.from({ length: 15 }, (_, i) => [deletions[i]!, kept[i]!, removed[i]!]).flat();
    const answers = await Promise.all(events.map((event) => app.webhook(secret, event)));
    expect(answers.map(({ status }) => status)).toEqual(Array(45).fill(202));
    await app.idle();
    const log = await app.get(`${EVENTS}stats/`, user.access);
    expect(log.body).toMatchObject({ total: 45, processed: 45 });
    const list = await app.get(`${PRODUCTS}?is_active=true&page_size=100`, user.access);
    const listed = (list.body.results as { external_id: string }[]).map(({ external_id: id }) => id);
    expect(listed.sort()).toEqual(kept.map(({ product }) => `woo_${String(product.id)}`).sort());
    const chunks = await app.query(
      `SELECT c.id FROM chunks c JOIN products p ON p.user_id = c.user_id AND p.id = c.product_id
        WHERE p.user_id = $1 AND NOT p.is_active`,
      [user.id],
    );
    expect(chunks).toEqual([]);
  });
});

describe('the retries of an event, as they are set where nothing is', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ EVENT_RETRIES: '', EVENT_BACKOFF_MS: '' });
  });
  afterAll(() => app.close());

  it('come after 30, 60 and 120 seconds, and then it has failed', async () => {
    const { secret } = await app.createToken(await app.createUser());
    await refuseProduct(app, 'woo_666');
    const event = productEvent({ id: 666 });
    await app.webhook(secret, event);
    for (const [attempts, seconds] of [
      [1, 30],
      [2, 60],
      [3, 120],
    ] as const) {
      await until(`it was tried ${attempts} times`, async () => {
        return (await loggedEvent(app, event.event_id)).attempts === attempts;
      });
      const row = await loggedEvent(app, event.event_id);
      expect(row).toMatchObject({ status: 'queued', error_message: 'the product woo_666 is refused' });
      expect(row.due_in).toBeLessThanOrEqual(seconds);
      expect(row.due_in).toBeGreaterThan(seconds - 15);
      await releaseEvents(app, [row.id]);
    }
    await until('it has failed', async () => {
      return (await loggedEvent(app, event.event_id)).status === 'failed';
    });
    expect(await loggedEvent(app, event.event_id)).toMatchObject({ attempts: 4 });
  });
});

describe('when the store of the queue loses all it has', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.close());

  it('events that came before are processed, and those that come after, without a restart', async () => {
    const { secret } = await app.createToken(await app.createUser());
    const untilProcessed = ({ event_id: id }: Event) =>
      until(`${id} is processed`, async () => (await loggedEvent(app, id)).status === 'processed');
    const before = Array.from({ length: 4 }, (_, index) => productEvent({ id: index + 1 }));
    const ids = await postAndHold(app, secret, before);
    await app.loseQueue();
    const after = productEvent({ id: 5 });
    await app.webhook(secret, after);
    await untilProcessed(after);
    // One after another: a sweep that was under way may still find the first.
    for (const [index, event] of before.entries()) {
      await releaseEvents(app, [ids[index]!]);
      await untilProcessed(event);
    }
  });
});

/** All orders of a list. */
function permutations<T>(items: T[]): T[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) =>
    permutations(items.filter((_, other) => other !== index)).map((rest) => [item, ...rest]),
  );
}
