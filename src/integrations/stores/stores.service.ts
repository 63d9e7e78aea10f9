import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, ILike, IsNull, type EntityManager } from 'typeorm';
import { ownedBy } from '../../accounts/ownership';
import type { User } from '../../accounts/user.entity';
import { containing } from '../../database/like-pattern';
import type { Slice } from '../../http/page';
import { notFound } from '../../validation/errors';
import { JobQueue } from '../../jobs/job-queue.service';
import type { TokenIdentity } from '../tokens/token-identity';
import { hostOf, siteKey } from './site-key';
import { healthOf, type StoreHealth } from './store-health';
import { Store } from './store.entity';
import type { StoresQueryDto } from './stores.dto';

/** What a request says of the shop that sent it. */
export interface StoreEvidence {
  /** The site's address as the shop names it. */
  site: string | null;
  /** The site in the user agent, which a language plugin may give another path from request to request. */
  agentSite: string | null;
  /** The address of one of its products. */
  permalink: string | null;
}

/** The store of an event. */
export interface StoreBinding {
  id: number;
  /** See `contract/shop-clock.ts`. */
  clockAheadMs: number;
}

/** A store, and what became of what it sent. */
export interface StoreView {
  store: Store;
  health: StoreHealth;
}

interface StoreRow {
  id: number;
  url: string | null;
  host: string | null;
  clock_ahead_ms: number;
}

/**
 * Decides which of a user's shops an event belongs to. A shop that names its site is the store of that site, with
 * whichever token it comes: a token generated anew finds its products again, and one token used in two shops does
 * not mix them. A shop that names none is told by its token; a new token then takes over the store of a token that
 * is no longer in use, when that can only be the same shop. A shop that was connected before it named its site, and is
 * known by that site too, brings its products along.
 */
@Injectable()
export class StoresService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly jobs: JobQueue,
  ) {}

  /** The store, where the token's identity says it already; null where it takes `resolve` to tell. */
  known({ store }: TokenIdentity, { site, agentSite, permalink }: StoreEvidence): StoreBinding | null {
    if (!store) return null;
    const named = siteKey(site);
    const agent = named === null ? siteKey(agentSite) : null;
    if (agent !== null && hostOfStore(store) === hostOfKey(agent)) return store;
    const said = named ?? agent;
    const isThis =
      said === null
        ? store.url !== null || store.host !== null || hostOf(permalink) === null
        : said === store.url;
    return isThis ? store : null;
  }

  /** The store, bound or created where need be. Safe under any race. */
  async resolve(identity: TokenIdentity, evidence: StoreEvidence): Promise<StoreBinding> {
    const known = this.known(identity, evidence);
    if (known) return known;
    const { store } = identity;
    const site = siteKey(evidence.site) ?? siteKey(evidence.agentSite);
    const host = hostOf(evidence.permalink);
    const row = await this.dataSource.transaction((manager) =>
      site === null
        ? this.resolveUnnamed(manager, identity, host)
        : this.resolveNamed(manager, identity, site),
    );
    if (store && store.id !== row.id)
      await this.jobs.nudge('stores.merge', { user_id: identity.user.id, store_id: store.id });
    return { id: row.id, clockAheadMs: row.clock_ahead_ms };
  }

  /** Remembers how far the clock of a shop is ahead of ours, in milliseconds. */
  async setClock(userId: number, storeId: number, aheadMs: number): Promise<void> {
    await this.dataSource.query(`UPDATE stores SET clock_ahead_ms = $3 WHERE user_id = $1 AND id = $2`, [
      userId,
      storeId,
      Math.round(aheadMs),
    ]);
  }

  /**
   * The shop's state wins from now on: each change that arrives after this is later than all that arrived before it,
   * whatever its date. For a shop that was restored from a backup.
   * @returns null where the user has no such store
   */
  async beginEpoch(userId: number, storeId: number): Promise<Store | null> {
    const stores = this.dataSource.getRepository(Store);
    await stores
      .createQueryBuilder()
      .update()
      .set({ epoch: () => 'epoch + 1', epochAt: () => 'now()' })
      .where({ userId, id: storeId, mergedInto: IsNull() })
      .execute();
    return stores.findOneBy({ userId, id: storeId, mergedInto: IsNull() });
  }

  /** Those that are shops of their own: staff see all or those of one user, others their own. The latest first. */
  async list(
    actor: User,
    { user_id: userId, search }: StoresQueryDto,
    slice: Slice,
  ): Promise<[StoreView[], number]> {
    const all = { ...ownedBy(actor, userId), mergedInto: IsNull() };
    const found = search ? ILike(containing(search)) : null;
    const [stores, count] = await this.dataSource.getRepository(Store).findAndCount({
      where: found
        ? [
            { ...all, url: found },
            { ...all, host: found },
            { ...all, user: { email: found } },
          ]
        : all,
      relations: { user: true },
      order: { id: 'DESC' },
      take: slice.limit,
      skip: slice.offset,
    });
    return [await this.withHealth(stores), count];
  }

  /** @throws AppError 404 also for another user's store */
  async view(actor: User, id: number): Promise<StoreView> {
    const [view] = await this.withHealth([await this.findFor(actor, id)]);
    return view!;
  }

  private async withHealth(stores: Store[]): Promise<StoreView[]> {
    const health = await healthOf(this.dataSource.manager, stores);
    return stores.map((store) => ({ store, health: health.get(store.id)! }));
  }

  /** @throws AppError 404 also for another user's store */
  async findFor(actor: User, id: number): Promise<Store> {
    const store = await this.dataSource.getRepository(Store).findOne({
      where: { ...ownedBy(actor), id, mergedInto: IsNull() },
      relations: { user: true },
    });
    if (!store) throw notFound();
    return store;
  }

  /**
   * The id of the store that `resolve` would give, where that is one the user has and no guess: nothing is created,
   * bound or named. Null where an event would have to come first.
   */
  async find(identity: TokenIdentity, evidence: Omit<StoreEvidence, 'permalink'>): Promise<number | null> {
    const { store } = identity;
    const named = siteKey(evidence.site);
    const agent = siteKey(evidence.agentSite);
    if (!named && agent && store && hostOfStore(store) === hostOfKey(agent)) return store.id;
    const site = named ?? agent;
    if (site === null || site === store?.url) return store?.id ?? null;
    const existing = await findBySite(this.dataSource.manager, keyOf(identity), site);
    if (existing) return existing.id;
    const unnamed = store?.url === null && (store.host === null || store.host === hostOfKey(site));
    return unnamed ? store.id : null;
  }

  /** Binds a new token to the store of a site. */
  async bind(manager: EntityManager, token: TokenKey, site: string): Promise<void> {
    const { id } = await this.findOrCreate(manager, token, site);
    await setStore(manager, token, id);
  }

  private async resolveNamed(
    manager: EntityManager,
    identity: TokenIdentity,
    site: string,
  ): Promise<StoreRow> {
    const token = keyOf(identity);
    const bound = await lockBoundStore(manager, token);
    if (bound?.url === site) return bound;
    /** The shop as it was before it named its site. */
    const nameless =
      bound?.url === null && (bound.host === null || bound.host === hostOfKey(site)) ? bound : null;
    const existing = await findBySite(manager, token, site);
    if (existing) {
      if (nameless && !(await isShared(manager, token, nameless.id)))
        await markMerged(manager, token.userId, nameless.id, existing.id);
      // One token in two shops: the other is told by the token, this one by its name.
      if (!bound || nameless) await setStore(manager, token, existing.id);
      return existing;
    }
    const adopted =
      nameless ??
      (bound
        ? undefined
        : (await idleStores(manager, token)).find((s) => !s.url && s.host === hostOfKey(site)));
    if (adopted) {
      await manager.query(`UPDATE stores SET url = $3 WHERE user_id = $1 AND id = $2`, [
        token.userId,
        adopted.id,
        site,
      ]);
      if (!bound) await setStore(manager, token, adopted.id);
      return adopted;
    }
    const created = await this.findOrCreate(manager, token, site);
    if (!bound) await setStore(manager, token, created.id);
    return created;
  }

  private async resolveUnnamed(
    manager: EntityManager,
    identity: TokenIdentity,
    host: string | null,
  ): Promise<StoreRow> {
    const token = keyOf(identity);
    const bound = await lockBoundStore(manager, token);
    if (bound) {
      if (host !== null && bound.url === null && bound.host === null) {
        const known = (await idleStores(manager, token)).find((store) => hostOfStore(store) === host);
        if (known) {
          if (!(await isShared(manager, token, bound.id)))
            await markMerged(manager, token.userId, bound.id, known.id);
          await setStore(manager, token, known.id);
          return known;
        }
        await manager.query(`UPDATE stores SET host = $3 WHERE user_id = $1 AND id = $2`, [
          token.userId,
          bound.id,
          host,
        ]);
      }
      return bound;
    }
    const idle = await idleStores(manager, token);
    const sameHost = idle.filter((store) => host !== null && hostOfStore(store) === host);
    const compatible = idle.filter((store) => host === null || hostOfStore(store) === null);
    const adopted = sameHost[0] ?? (compatible.length === 1 ? compatible[0] : undefined);
    const store = adopted ?? (await insertStore(manager, token, null, host));
    // Without a hint of its own, a request uses a known shop's store but does not claim it: the next may tell better.
    const guessed = adopted && host === null && hostOfStore(adopted) !== null;
    if (!guessed) await setStore(manager, token, store.id);
    return store;
  }

  private async findOrCreate(manager: EntityManager, token: TokenKey, site: string): Promise<StoreRow> {
    return (await findBySite(manager, token, site)) ?? insertStore(manager, token, site, null);
  }
}

/**
 * Two stores turned out to be one shop: from now on the second is told what comes for the first, and a worker brings over
 * what the first has.
 */
async function markMerged(manager: EntityManager, userId: number, from: number, into: number): Promise<void> {
  await manager.query(
    `SELECT 1 FROM stores WHERE user_id = $1 AND id IN ($2, $3) ORDER BY id FOR NO KEY UPDATE`,
    [userId, from, into],
  );
  await manager.query(
    `UPDATE stores SET merged_into = $3, merge_pending = merge_pending OR id = $2
      WHERE user_id = $1 AND (id = $2 OR merged_into = $2)`,
    [userId, from, into],
  );
  // What waits for the first in its latest epoch must not stand above all that the second is still to be told.
  await manager.query(
    `UPDATE stores s
        SET epoch = greatest(s.epoch, f.epoch), last_event_at = greatest(s.last_event_at, f.last_event_at)
       FROM stores f WHERE s.user_id = $1 AND s.id = $3 AND f.user_id = $1 AND f.id = $2`,
    [userId, from, into],
  );
  await manager.query(`UPDATE integration_tokens SET store_id = $3 WHERE user_id = $1 AND store_id = $2`, [
    userId,
    from,
    into,
  ]);
}

interface TokenKey {
  userId: number;
  tokenId: number;
  platform: string;
}

const keyOf = ({ user, tokenId, integrationType }: TokenIdentity): TokenKey => ({
  userId: user.id,
  tokenId,
  platform: integrationType,
});

const hostOfKey = (site: string) => site.split('/')[0]!;
const hostOfStore = ({ url, host }: Pick<StoreRow, 'url' | 'host'>) => (url === null ? host : hostOfKey(url));

/** Locks the user's row, so that the shops of one user are bound one after another. */
async function lockBoundStore(manager: EntityManager, token: TokenKey): Promise<StoreRow | undefined> {
  await manager.query(`SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE`, [token.userId]);
  const rows = await manager.query<StoreRow[]>(
    `SELECT s.id, s.url, s.host, s.clock_ahead_ms FROM integration_tokens t
       JOIN stores s ON s.user_id = t.user_id AND s.id = t.store_id
      WHERE t.user_id = $1 AND t.id = $2`,
    [token.userId, token.tokenId],
  );
  return rows[0];
}

async function findBySite(
  manager: EntityManager,
  token: TokenKey,
  site: string,
): Promise<StoreRow | undefined> {
  const rows = await manager.query<StoreRow[]>(
    `SELECT id, url, host, clock_ahead_ms FROM stores WHERE user_id = $1 AND platform = $2 AND url = $3`,
    [token.userId, token.platform, site],
  );
  return rows[0];
}

const IS_VALID = `t.is_active AND (t.expires_at IS NULL OR t.expires_at > now())`;

/** Whether another valid token uses the store: then it is a shop that still goes by it. */
async function isShared(manager: EntityManager, token: TokenKey, storeId: number): Promise<boolean> {
  const rows = await manager.query<unknown[]>(
    `SELECT 1 FROM integration_tokens t WHERE t.user_id = $1 AND t.store_id = $2 AND t.id <> $3 AND ${IS_VALID} LIMIT 1`,
    [token.userId, storeId, token.tokenId],
  );
  return rows.length > 0;
}

/** Stores that no other valid token uses, the latest first. */
function idleStores(manager: EntityManager, token: TokenKey): Promise<StoreRow[]> {
  return manager.query<StoreRow[]>(
    `SELECT s.id, s.url, s.host, s.clock_ahead_ms FROM stores s
      WHERE s.user_id = $1 AND s.platform = $2 AND s.merged_into IS NULL
        AND NOT EXISTS (
          SELECT 1 FROM integration_tokens t
           WHERE t.user_id = s.user_id AND t.store_id = s.id AND t.id <> $3 AND ${IS_VALID})
      ORDER BY s.id DESC`,
    [token.userId, token.platform, token.tokenId],
  );
}

async function insertStore(
  manager: EntityManager,
  token: TokenKey,
  site: string | null,
  host: string | null,
): Promise<StoreRow> {
  const rows = await manager.query<StoreRow[]>(
    `INSERT INTO stores (user_id, platform, url, host) VALUES ($1, $2, $3, $4)
     ON CONFLICT ON CONSTRAINT stores_url_key DO UPDATE SET url = excluded.url
     RETURNING id, url, host, clock_ahead_ms`,
    [token.userId, token.platform, site, host],
  );
  return rows[0]!;
}

async function setStore(manager: EntityManager, token: TokenKey, storeId: number): Promise<void> {
  await manager.query(`UPDATE integration_tokens SET store_id = $3 WHERE user_id = $1 AND id = $2`, [
    token.userId,
    token.tokenId,
    storeId,
  ]);
}
