import { allowProducts, postAndHold, refuseProduct, releaseEvents, until } from './support/event-log';
import { productEvent, TestApp, type TestUser } from './support/test-app';

const SITE = 'https://a.example.com';
const MINUTE = 60_000;

/** The rules of docs/conflicts.md, as a shop meets them. */
describe('conflicts', () => {
  let app: TestApp;
  let owner: TestUser;
  let token: string;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.close());
  beforeEach(async () => {
    owner = await app.createUser();
    ({ secret: token } = await app.createToken(owner, { store_url: SITE }));
  });

  const at = (minutesFromNow: number) => new Date(Date.now() + minutesFromNow * MINUTE).toISOString();
  const event = (
    name: string,
    envelope: Record<string, unknown> = {},
    product: Record<string, unknown> = {},
  ) => productEvent({ name, date_modified: null, ...product }, envelope);
  const deletion = (envelope: Record<string, unknown> = {}) =>
    productEvent({ date_modified: null }, { event_type: 'product.deleted', ...envelope });
  const send = async (
    body: Record<string, unknown>,
    secret = token,
    headers: Record<string, string> = {},
  ) => {
    expect((await app.webhook(secret, body, headers)).status).toBe(202);
    await app.idle();
  };
  const products = async (user = owner, query = 'is_active=true') => {
    await app.idle();
    const { body } = await app.get(`/api/v1/web-knowledge/products/?${query}&ordering=title`, user.access);
    return body.results as { title: string; external_id: string; price: string }[];
  };
  const titles = async (user = owner) => (await products(user)).map(({ title }) => title);
  /** Resolves once one event is processed, though others are held. */
  const processed = (id: number): Promise<void> =>
    until('event processed', async () => {
      const [row] = await app.query<{ status: string }>(`SELECT status FROM events WHERE id = $1`, [id]);
      return row!.status === 'processed';
    });
  const stores = async (user = owner) =>
    (await app.get('/api/v1/integrations/stores/', user.access)).body.results;

  describe('two sources of a change', () => {
    it('end at the later one, whichever comes first', async () => {
      const { secret: other } = await app.createToken(owner, { store_url: SITE });
      await send(event('later', { occurred_at: at(-1) }));
      await send(event('earlier', { occurred_at: at(-2) }), other);
      expect(await titles()).toEqual(['later']);
      await send(event('latest', { occurred_at: at(-0.5) }), other);
      expect(await titles()).toEqual(['latest']);
    });
  });

  describe('equal timestamps', () => {
    const date = at(-5);
    it('end deleted where one of them is a deletion', async () => {
      await send(deletion({ occurred_at: date }));
      await send(event('changed', { occurred_at: date }));
      expect(await titles()).toEqual([]);
    });

    it('end at the one that arrived later, in whatever order they are processed', async () => {
      const ids = await postAndHold(app, token, [
        event('first', { occurred_at: date }),
        event('second', { occurred_at: date }),
      ]);
      for (const id of [...ids].reverse()) {
        await releaseEvents(app, [id]);
        await processed(id);
      }
      expect(await titles()).toEqual(['second']);
    });
  });

  describe('a clock', () => {
    const sentAt = (minutesFromNow: number) => ({ 'x-fiko-sent-at': at(minutesFromNow) });

    it('that was ahead and is set back makes no later change look older', async () => {
      await send(event('before', { occurred_at: at(9) }), token, sentAt(9));
      expect((await stores())[0].clock_ahead_seconds).toBeGreaterThan(500);
      await send(event('after', { occurred_at: at(0) }), token, sentAt(0));
      expect(await titles()).toEqual(['after']);
      expect((await stores())[0].clock_ahead_seconds).toBe(0);
    });

    it('that was right and is set back by an hour makes no later change look older', async () => {
      await send(event('before', { occurred_at: at(-1) }), token, sentAt(0));
      await send(event('after', { occurred_at: at(-60) }), token, sentAt(-60));
      expect(await titles()).toEqual(['after']);
    });

    it('that is a day ahead keeps the order of changes that overtake each other', async () => {
      const day = 24 * 60;
      await send(event('second', { occurred_at: at(day - 1) }), token, sentAt(day));
      await send(event('first', { occurred_at: at(day - 2) }), token, sentAt(day));
      expect(await titles()).toEqual(['second']);
    });

    it('that is found to be ahead turns no two changes round', async () => {
      await send(event('before', { occurred_at: at(8) }));
      await send(event('after', { occurred_at: at(9) }), token, sentAt(9));
      expect(await titles()).toEqual(['after']);
      await send(event('later', { occurred_at: at(9.5) }), token, sentAt(9.5));
      expect(await titles()).toEqual(['later']);
    });

    it('that is set ahead by hours keeps the order of what comes after: deleted, then restored', async () => {
      await send(event('before', { occurred_at: at(0.4) }));
      await send(deletion({ occurred_at: at(239.5) }), token, sentAt(240));
      expect(await titles()).toEqual([]);
      await send(event('restored', { occurred_at: at(239.8) }), token, sentAt(240.2));
      expect(await titles()).toEqual(['restored']);
    });

    it('that is an hour behind makes its shop no older than another source', async () => {
      const { secret: other } = await app.createToken(owner, { store_url: SITE });
      await send(event('other', { occurred_at: at(-30) }), other, sentAt(0));
      await send(event('shop', { occurred_at: at(-65) }), token, sentAt(-60));
      expect(await titles()).toEqual(['shop']);
    });

    it('is known by the time of each attempt, so that an edit that is sent again late stays older', async () => {
      await send(event('newer', { occurred_at: at(-1) }), token, sentAt(0));
      await send(event('older, tried for five minutes', { occurred_at: at(-5) }), token, sentAt(0));
      expect(await titles()).toEqual(['newer']);
    });

    it('that is off in a batch is weighed for all its events', async () => {
      const { body } = await app.post(
        '/api/integrations/woocommerce/webhook/batch/',
        { events: [event('a', { occurred_at: at(59) }), event('b', { occurred_at: at(59.5) })] },
        token,
        { 'x-fiko-sent-at': String(Date.now() + 60 * MINUTE) },
      );
      expect(body.results).toHaveLength(2);
      await send(event('c', { occurred_at: at(0) }), token, sentAt(0));
      expect(await titles()).toEqual(['c']);
    });

    it.each(['now', '', '12', '2025-13-01T00:00:00Z'])('is not known by %j', async (said) => {
      await send(event('x', { occurred_at: at(-1) }), token, { 'x-fiko-sent-at': said });
      expect((await stores())[0].clock_ahead_seconds).toBe(0);
    });
  });

  describe('a shop restored from a backup', () => {
    const resync = (id: number, access = owner.access) =>
      app.post(`/api/v1/integrations/stores/${id}/resync/`, undefined, access);

    it('has its older state win once its owner says so, and not before', async () => {
      await send(event('today', { occurred_at: at(-1) }));
      await send(event('last week', { occurred_at: at(-7 * 24 * 60) }));
      expect(await titles()).toEqual(['today']);
      const [{ id }] = await stores();
      const { status, body } = await resync(id);
      expect([status, body.status]).toEqual([200, 'resync_started']);
      await send(event('last week', { occurred_at: at(-7 * 24 * 60) }));
      expect(await titles()).toEqual(['last week']);
      expect((await stores())[0].resynced_at).toBe(body.resynced_at);
    });

    it('has what it deleted since the backup again, and keeps its order from then on', async () => {
      await send(event('shoe', { occurred_at: at(-20) }));
      await send(deletion({ occurred_at: at(-10) }));
      await resync((await stores())[0].id);
      await send(event('shoe of the backup', { occurred_at: at(-20) }));
      await send(event('older', { occurred_at: at(-30) }));
      expect(await titles()).toEqual(['shoe of the backup']);
      await send(event('newer', { occurred_at: at(-5) }));
      expect(await titles()).toEqual(['newer']);
    });

    it('is not overwritten by a change that arrived before, however late that is processed', async () => {
      const [held] = await postAndHold(app, token, [event('before', { occurred_at: at(0) })]);
      await resync((await stores())[0].id);
      await app.webhook(token, event('restored', { occurred_at: at(-1000) }));
      await releaseEvents(app, [held!]);
      await app.idle();
      expect(await titles()).toEqual(['restored']);
    });

    describe('tells so itself', () => {
      const path = '/api/integrations/woocommerce/resync/';

      it('and has its older state win', async () => {
        await send(event('today', { occurred_at: at(-1) }));
        const { status, body } = await app.request('POST', path, { token });
        expect([status, body.status]).toEqual([200, 'resync_started']);
        await send(event('last week', { occurred_at: at(-7 * 24 * 60) }));
        expect(await titles()).toEqual(['last week']);
      });

      it('for the shop that it names, and no other of its owner', async () => {
        const elsewhere = { store: { url: 'https://b.example.com' } };
        await send(event('a', { occurred_at: at(-1) }));
        await send(event('b', { occurred_at: at(-1), ...elsewhere }));
        expect((await app.post(path, elsewhere, token)).status).toBe(200);
        await send(event('older a', { occurred_at: at(-2) }));
        await send(event('older b', { occurred_at: at(-2), ...elsewhere }));
        expect(await titles()).toEqual(['a', 'older b']);
      });

      it('not before its first event, and not with a wrong token', async () => {
        const { secret } = await app.createToken(owner);
        expect((await app.request('POST', path, { token: secret })).body.error).toBe('store_unknown');
        expect((await app.request('POST', path, { token: `wc_sk_live_${'x'.repeat(40)}` })).status).toBe(401);
        expect((await app.request('POST', path)).status).toBe(401);
        expect((await app.request('POST', path, { token: owner.access })).status).toBe(401);
        expect((await app.post(path, 'x', token)).status).toBe(400);
      });

      it("not for another owner's shop, though it names it", async () => {
        await send(event('mine', { occurred_at: at(-1) }));
        const other = await app.createUser();
        const { secret } = await app.createToken(other);
        expect((await app.post(path, { store: { url: SITE } }, secret)).status).toBe(409);
        await send(event('older', { occurred_at: at(-2) }));
        expect(await titles()).toEqual(['mine']);
      });
    });

    it('has undated changes in the order of their arrival', async () => {
      await send(event('dated', { occurred_at: at(5) }));
      await resync((await stores())[0].id);
      await send(event('undated'));
      await send(event('undated again'));
      expect(await titles()).toEqual(['undated again']);
    });

    it('has the older state of variations too', async () => {
      const shoe = (price: string, minutes: number) =>
        event('shoe', { occurred_at: at(minutes) }, { type: 'variable', variations: [{ id: 5, price }] });
      await send(shoe('200', -1));
      await resync((await stores())[0].id);
      await send(shoe('100', -1000));
      expect((await products())[0]!.price).toBe('100.00');
    });

    it.each([
      ['no session', undefined, 401],
      ['a wrong session', 'x.y.z', 401],
    ])('is not resynced with %s', async (_, access, status) => {
      await send(event('x'));
      const { id } = (await stores())[0];
      const answer = await app.request('POST', `/api/v1/integrations/stores/${id}/resync/`, {
        ...(access && { token: access }),
      });
      expect(answer.status).toBe(status);
      expect((await app.get(`/api/v1/integrations/stores/${id}/`, access)).status).toBe(status);
      expect((await app.get('/api/v1/integrations/stores/', access)).status).toBe(status);
    });

    it('is not resynced by another user, but by staff', async () => {
      await send(event('x'));
      const { id } = (await stores())[0];
      const other = await app.createUser();
      expect((await resync(id, other.access)).status).toBe(404);
      expect((await app.get(`/api/v1/integrations/stores/${id}/`, other.access)).status).toBe(404);
      expect(await stores(other)).toEqual([]);
      expect(
        (await app.get(`/api/v1/integrations/stores/?user_id=${owner.id}`, other.access)).body.count,
      ).toBe(0);
      const staff = await app.createUser({ staff: true });
      expect((await resync(id, staff.access)).status).toBe(200);
      const listed = await app.get(`/api/v1/integrations/stores/?user_id=${owner.id}`, staff.access);
      expect(listed.body.results).toMatchObject([{ id, url: 'a.example.com', user_email: owner.email }]);
    });
  });

  describe('a shop connected twice', () => {
    const site = (name: string, minutes: number, id = 414) =>
      event(name, { occurred_at: at(minutes), store: { url: SITE } }, { id, permalink: `${SITE}/p/` });
    const nameless = (name: string, minutes: number, id = 414, permalink: string | null = `${SITE}/p/`) =>
      event(name, { occurred_at: at(minutes) }, { id, permalink });

    it('under two tokens is one shop', async () => {
      const { secret: other } = await app.createToken(owner);
      await send(site('first', -2));
      await send(site('second', -1), other);
      expect(await titles()).toEqual(['second']);
      expect(await stores()).toHaveLength(1);
    });

    it('first without its name, has each product as it was last said to be', async () => {
      const { secret } = await app.createToken(owner);
      await send(nameless('older here', -20, 1), secret);
      await send(nameless('newer here', -5, 2), secret);
      await send(nameless('only here', -20, 3), secret);
      await send(event('', { event_type: 'product.deleted', occurred_at: at(-3) }, { id: 4 }), secret);
      await send(site('newer there', -10, 1));
      await send(site('older there', -10, 2));
      await send(site('deleted since', -10, 4));
      expect(await stores()).toHaveLength(2);
      await send(site('named', -1, 9), secret);
      expect(await titles()).toEqual(['named', 'newer here', 'newer there', 'only here']);
      expect(await stores()).toHaveLength(1);
      // And it goes on as one shop.
      await send(site('one shop', 0, 2), secret);
      expect(await titles()).toEqual(['named', 'newer there', 'one shop', 'only here']);
      const found = await app.get('/api/v1/web-knowledge/search/?q=older', owner.access);
      expect(found.body.results).toEqual([]);
    });

    it('first without its name, brings its variations', async () => {
      const { secret } = await app.createToken(owner);
      const variations = [{ id: 5, price: '70', attributes: [{ name: 'سایز', option: '42' }] }];
      await send(
        event('shoe', { occurred_at: at(-2) }, { type: 'variable', variations, permalink: `${SITE}/p/` }),
        secret,
      );
      await send(site('shoe there', -10));
      await send(site('named', -1, 9), secret);
      const shoe = (await products()).find(({ title }) => title === 'shoe')!;
      expect(shoe.price).toBe('70.00');
    });

    it('first without its name, has each variation as it was last said to be', async () => {
      const { secret } = await app.createToken(owner);
      const shoe = (
        minutes: number,
        prices: Record<string, string>,
        envelope: Record<string, unknown> = {},
      ) =>
        event(
          'shoe',
          { occurred_at: at(minutes), ...envelope },
          {
            type: 'variable',
            variations: Object.entries(prices).map(([id, price]) => ({ id: Number(id), price })),
            permalink: `${SITE}/p/`,
          },
        );
      const alone = (id: number, minutes: number, price: string, envelope: Record<string, unknown> = {}) =>
        event(
          '',
          { occurred_at: at(minutes), ...envelope },
          { id, type: 'variation', parent_id: 414, price, regular_price: '', sale_price: '' },
        );
      await send(alone(415, -60, '50', { store: { url: SITE } }));
      await send(shoe(-30, { 415: '100', 416: '120' }), secret);
      await send(site('named', -1, 9), secret);
      expect((await products()).find(({ title }) => title === 'shoe')!.price).toBe('100.00');
      // A variation that was changed in the losing store after the winner's list.
      const { secret: second } = await app.createToken(owner);
      await send(shoe(-20, { 415: '200', 416: '220' }), second);
      await send(alone(415, -5, '70'), second);
      await send(shoe(-10, { 415: '300', 416: '320' }, { store: { url: SITE } }));
      await send(site('named again', -1, 9), second);
      expect((await products()).find(({ title }) => title === 'shoe')!.price).toBe('70.00');
    });

    it('brings its failed events, which the shop still sees and tries again', async () => {
      const { secret } = await app.createToken(owner);
      await refuseProduct(app, 'woo_77');
      const poison = nameless('poison', -5, 77);
      await send(poison, secret);
      await send(site('there', -10, 1));
      await send(site('named', -1, 9), secret);
      await allowProducts(app);
      const failed = await app.get('/api/integrations/woocommerce/events/failed/', secret);
      expect(failed.body.results).toMatchObject([{ event_id: poison.event_id }]);
      const retried = await app.post('/api/integrations/woocommerce/events/retry/', { all: true }, secret);
      expect(retried.body.retried).toBe(1);
      expect(await titles()).toEqual(['named', 'poison', 'there']);
      // And an event that it has sent already is known as such.
      expect((await app.webhook(secret, poison)).status).toBe(200);
    });

    it('is brought over by whoever comes next when the process that was at it died', async () => {
      const { secret } = await app.createToken(owner);
      await send(nameless('here', -5, 1), secret);
      await send(site('there', -10, 1));
      const all = (await stores()) as { id: number; url: string | null }[];
      const [from, into] = [all.find(({ url }) => url === null)!, all.find(({ url }) => url !== null)!];
      await app.query(`UPDATE stores SET merged_into = $2, merge_pending = true WHERE id = $1`, [
        from.id,
        into.id,
      ]);
      await until('the sweeper has found it', async () => (await titles()).join() === 'here');
      expect(await stores()).toHaveLength(1);
    });

    it('brings what still waits to be processed', async () => {
      const { secret } = await app.createToken(owner);
      await send(nameless('here', -5, 1), secret);
      await send(site('there', -10, 1));
      const [held] = await postAndHold(app, secret, [nameless('waited', -1, 1)]);
      expect((await app.webhook(secret, site('named', -1, 9))).status).toBe(202);
      await releaseEvents(app, [held!]);
      expect(await titles()).toEqual(['named', 'waited']);
    });

    it('is not mixed with another that shares its token', async () => {
      const { secret } = await app.createToken(owner);
      await send(nameless('elsewhere', -5, 414, 'https://b.example.com/p/'), secret);
      await send(site('here', -5));
      await send(site('here again', -4), secret);
      await send(nameless('elsewhere again', -3, 414, 'https://b.example.com/p/'), secret);
      expect(await titles()).toEqual(['elsewhere again', 'here again']);
      expect(await stores()).toHaveLength(2);
    });

    it('is not merged while another token still goes without the name', async () => {
      const [first, second] = [await app.createToken(owner), await app.createToken(owner)];
      await send(nameless('one', -5, 1), first.secret);
      await app.query(
        `UPDATE integration_tokens SET store_id = (SELECT store_id FROM integration_tokens WHERE id = $1) WHERE id = $2`,
        [first.id, second.id],
      );
      await send(site('two', -4, 2));
      await send(site('three', -3, 3), first.secret);
      expect(await stores()).toHaveLength(2);
    });

    it('by two owners is two shops', async () => {
      const other = await app.createUser();
      const { secret } = await app.createToken(other, { store_url: SITE });
      await send(site('mine', -2));
      await send(site('theirs', -1), secret);
      expect([await titles(), await titles(other)]).toEqual([['mine'], ['theirs']]);
    });
  });
});
