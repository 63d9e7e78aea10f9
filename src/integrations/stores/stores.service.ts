import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import type { TokenIdentity } from '../tokens/token-identity';
import { hostOf, siteKey } from './site-key';

/** What a request says of the shop that sent it. */
export interface StoreEvidence {
  /** The site's address as the shop names it. */
  site: string | null;
  /** The site in the user agent, which a language plugin may give another path from request to request. */
  agentSite: string | null;
  /** The address of one of its products. */
  permalink: string | null;
}

interface StoreRow {
  id: number;
  url: string | null;
  host: string | null;
}

/**
 * Decides which of a user's shops an event belongs to. A shop that names its site is the store of that site, with
 * whichever token it comes: a token generated anew finds its products again, and one token used in two shops does
 * not mix them. A shop that names none is told by its token; a new token then takes over the store of a token that
 * is no longer in use, when that can only be the same shop.
 */
@Injectable()
export class StoresService {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** The id of the store, bound or created where need be. Safe under any race. */
  async resolve(identity: TokenIdentity, evidence: StoreEvidence): Promise<number> {
    const { store } = identity;
    const named = siteKey(evidence.site);
    const agent = siteKey(evidence.agentSite);
    if (!named && agent && store && hostOfStore(store) === hostOfKey(agent)) return store.id;
    const site = named ?? agent;
    const host = hostOf(evidence.permalink);
    if (
      store &&
      (site === null ? store.url !== null || store.host !== null || host === null : site === store.url)
    ) {
      return store.id;
    }
    return this.dataSource.transaction((manager) =>
      site === null
        ? this.resolveUnnamed(manager, identity, host)
        : this.resolveNamed(manager, identity, site),
    );
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
    const storeId = await this.findOrCreate(manager, token, site);
    await setStore(manager, token, storeId);
  }

  private async resolveNamed(manager: EntityManager, identity: TokenIdentity, site: string): Promise<number> {
    const token = keyOf(identity);
    const bound = await lockBoundStore(manager, token);
    if (bound?.url === site) return bound.id;
    const existing = await findBySite(manager, token, site);
    if (existing) {
      if (!bound || bound.url === null) await setStore(manager, token, existing.id);
      return existing.id;
    }
    const unnamed =
      bound?.url === null && (bound.host === null || bound.host === hostOfKey(site)) ? bound : null;
    const adopted =
      unnamed ??
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
      return adopted.id;
    }
    const created = await this.findOrCreate(manager, token, site);
    if (!bound) await setStore(manager, token, created);
    return created;
  }

  private async resolveUnnamed(
    manager: EntityManager,
    identity: TokenIdentity,
    host: string | null,
  ): Promise<number> {
    const token = keyOf(identity);
    const bound = await lockBoundStore(manager, token);
    if (bound) {
      if (host !== null && bound.url === null && bound.host === null) {
        const known = (await idleStores(manager, token)).find((store) => hostOfStore(store) === host);
        if (known) {
          await setStore(manager, token, known.id);
          return known.id;
        }
        await manager.query(`UPDATE stores SET host = $3 WHERE user_id = $1 AND id = $2`, [
          token.userId,
          bound.id,
          host,
        ]);
      }
      return bound.id;
    }
    const idle = await idleStores(manager, token);
    const sameHost = idle.filter((store) => host !== null && hostOfStore(store) === host);
    const compatible = idle.filter((store) => host === null || hostOfStore(store) === null);
    const adopted = sameHost[0] ?? (compatible.length === 1 ? compatible[0] : undefined);
    const storeId = adopted?.id ?? (await insertStore(manager, token, null, host));
    // Without a hint of its own, a request uses a known shop's store but does not claim it: the next may tell better.
    const guessed = adopted && host === null && hostOfStore(adopted) !== null;
    if (!guessed) await setStore(manager, token, storeId);
    return storeId;
  }

  private async findOrCreate(manager: EntityManager, token: TokenKey, site: string): Promise<number> {
    const existing = await findBySite(manager, token, site);
    return existing?.id ?? insertStore(manager, token, site, null);
  }
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
const hostOfStore = ({ url, host }: StoreRow) => (url === null ? host : hostOfKey(url));

/** Locks the user's row, so that the shops of one user are bound one after another. */
async function lockBoundStore(manager: EntityManager, token: TokenKey): Promise<StoreRow | undefined> {
  await manager.query(`SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE`, [token.userId]);
  const rows = await manager.query<StoreRow[]>(
    `SELECT s.id, s.url, s.host FROM integration_tokens t
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
    `SELECT id, url, host FROM stores WHERE user_id = $1 AND platform = $2 AND url = $3`,
    [token.userId, token.platform, site],
  );
  return rows[0];
}

/** Stores that no other valid token uses, the latest first. */
function idleStores(manager: EntityManager, token: TokenKey): Promise<StoreRow[]> {
  return manager.query<StoreRow[]>(
    `SELECT s.id, s.url, s.host FROM stores s
      WHERE s.user_id = $1 AND s.platform = $2
        AND NOT EXISTS (
          SELECT 1 FROM integration_tokens t
           WHERE t.user_id = s.user_id AND t.store_id = s.id AND t.id <> $3
             AND t.is_active AND (t.expires_at IS NULL OR t.expires_at > now()))
      ORDER BY s.id DESC`,
    [token.userId, token.platform, token.tokenId],
  );
}

async function insertStore(
  manager: EntityManager,
  token: TokenKey,
  site: string | null,
  host: string | null,
): Promise<number> {
  const rows = await manager.query<{ id: number }[]>(
    `INSERT INTO stores (user_id, platform, url, host) VALUES ($1, $2, $3, $4)
     ON CONFLICT ON CONSTRAINT stores_url_key DO UPDATE SET url = excluded.url RETURNING id`,
    [token.userId, token.platform, site, host],
  );
  return rows[0]!.id;
}

async function setStore(manager: EntityManager, token: TokenKey, storeId: number): Promise<void> {
  await manager.query(`UPDATE integration_tokens SET store_id = $3 WHERE user_id = $1 AND id = $2`, [
    token.userId,
    token.tokenId,
    storeId,
  ]);
}
