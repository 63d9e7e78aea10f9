import { Client } from 'pg';
import { StartError } from '../config/start-error';

const TESTED_SINCE = 15;
/** halfvec's casts and the iterative scans that search relies on. */
const PGVECTOR_NEEDED = '0.8.0';
/** Before it, building and vacuuming an HNSW index could fail or lose entries (pgvector's changelog, 0.8.2 to 0.8.6). */
const PGVECTOR_SOUND = '0.8.6';
export const EXTENSIONS = ['vector', 'pg_trgm', 'btree_gin'];
const WAIT_MS = 30_000;
const RETRY_MS = 500;

/** What a server that starts, or has not started yet, answers with. Source: PostgreSQL's Appendix A, libuv. */
const NOT_YET = new Set(['57P03', 'ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'ENOTFOUND', 'ETIMEDOUT']);
/** What a server says that will not have this client, by SQLSTATE. */
export const REASONS: Record<string, string> = {
  '28P01': 'the server refuses the user or the password',
  '28000': 'the server refuses the user or the password',
  '3D000': 'the server has no such database',
  '53300': 'the server has too many connections',
};

/**
 * Waits up to half a minute for the server, and looks whether it can hold the installation.
 * @returns warnings, a sentence each
 * @throws StartError naming DATABASE_URL and the reason, never the address
 */
export async function inspectServer(url: string, onWait: () => void = () => {}): Promise<string[]> {
  const client = await connect(url, onWait);
  try {
    const { rows: extensions } = await client.query<Extension>(
      `SELECT name, default_version, installed_version FROM pg_available_extensions WHERE name = ANY($1)`,
      [EXTENSIONS],
    );
    const { rows } = await client.query<{ version: number }>(
      `SELECT current_setting('server_version_num')::int / 10000 AS version`,
    );
    return assess(rows[0]!.version, extensions);
  } finally {
    await client.end();
  }
}

export interface Extension {
  name: string;
  default_version: string;
  installed_version: string | null;
}

/** @throws StartError when the server cannot hold the installation */
export function assess(serverVersion: number, extensions: readonly Extension[]): string[] {
  for (const name of EXTENSIONS) {
    if (!extensions.some((extension) => extension.name === name)) {
      throw new StartError(
        `The server of DATABASE_URL has no extension ${name}: install ${name === 'vector' ? `pgvector ${PGVECTOR_SOUND} or newer` : "PostgreSQL's contrib modules"} on it.`,
      );
    }
  }
  const vector = extensions.find(({ name }) => name === 'vector')!;
  const used = vector.installed_version ?? vector.default_version;
  const update =
    compareVersions(vector.default_version, used) > 0
      ? `ALTER EXTENSION vector UPDATE brings ${vector.default_version}, which the server has.`
      : `Install pgvector ${PGVECTOR_SOUND} or newer on it.`;
  if (compareVersions(used, PGVECTOR_NEEDED) < 0) {
    throw new StartError(
      `The database of DATABASE_URL has pgvector ${used}, and ${PGVECTOR_NEEDED} or newer is needed. ${update}`,
    );
  }
  const warnings: string[] = [];
  if (compareVersions(used, PGVECTOR_SOUND) < 0) {
    warnings.push(
      `The database has pgvector ${used}: before ${PGVECTOR_SOUND}, building and vacuuming HNSW indexes has known faults. ${update}`,
    );
  }
  if (serverVersion < TESTED_SINCE) {
    warnings.push(
      `The server is PostgreSQL ${serverVersion}; ${TESTED_SINCE} and newer are what this is tested with.`,
    );
  }
  return warnings;
}

async function connect(url: string, onWait: () => void): Promise<Client> {
  const deadline = Date.now() + WAIT_MS;
  for (let waiting = false; ; waiting = true) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      const { code = '' } = error as { code?: string };
      const reason = REASONS[code];
      if (reason) throw new StartError(`DATABASE_URL: ${reason} (${code}).`);
      if (!NOT_YET.has(code) || Date.now() > deadline) {
        throw new StartError(`DATABASE_URL: the server cannot be reached (${code || 'no answer'}).`);
      }
      if (!waiting) onWait();
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** Of dotted numbers: below, equal to or above 0 as `a` is older, equal or newer. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map((part) => parseInt(part, 10) || 0));
  for (let place = 0; place < Math.max(left!.length, right!.length); place++) {
    const difference = (left![place] ?? 0) - (right![place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
