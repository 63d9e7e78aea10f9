import { existsSync, rmSync } from 'node:fs';
import { cp, mkdtemp, readdir, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config';
import { DataFolder, holdLock } from '../database/embedded/data-folder';
import { startEmbedded } from '../database/embedded/embedded-database';
import { ReadOnlyDatabase } from './read-only-database';
import { bytes, reasonOf } from './values';

/**
 * `server`: that of DATABASE_URL. `running`: embedded, and a process serves it. `stopped`: embedded, and none does.
 * `empty`: there is none yet.
 */
export type Kind = 'server' | 'running' | 'stopped' | 'empty';

/** The installation's database as far as it can be looked at. */
export interface Visit {
  kind: Kind;
  /** Null where it could not be opened. */
  database: ReadOnlyDatabase | null;
  /** Why not. */
  reason: string;
  error?: unknown;
  /** Milliseconds until the connection stood, and of one statement; null where that says nothing, or was not measured. */
  connectedInMs: number | null;
  latencyMs: number | null;
  close(): Promise<void>;
}

/** Larger ones are not copied to look at them: the running server can be asked. */
const LARGEST_COPY = 2 * 1024 ** 3;

export async function visit(config: Config): Promise<Visit> {
  if (config.database.url !== null) return connect('server', config.database.url);
  const folder = resolve(config.server.dataDir);
  if (!existsSync(join(folder, 'database', 'PG_VERSION'))) {
    return unopened('empty', `there is no database in ${folder} yet`);
  }
  let lock: ReturnType<typeof holdLock>;
  try {
    lock = holdLock(folder);
  } catch (error) {
    return { ...unopened('stopped', `its lock cannot be read (${reasonOf(error)})`), error };
  }
  if (lock === 'taken') return borrow(folder);
  return copyAndOpen(folder, lock);
}

/** Its folder stays closed to us: the engine that has it answers for it. */
async function borrow(folder: string): Promise<Visit> {
  const announcement = await new DataFolder(folder).readAnnouncement();
  if (!announcement) return unopened('running', 'a process holds the folder and does not serve it yet');
  return connect('running', announcement.databaseUrl);
}

/** The engine writes as it opens a folder, so it is given a copy, which is gone afterwards. */
async function copyAndOpen(folder: string, unlock: () => void): Promise<Visit> {
  let copy: string | null = null;
  const remove = () => {
    if (copy) rmSync(copy, { recursive: true, force: true });
  };
  process.once('exit', remove);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  try {
    const source = join(folder, 'database');
    const size = await sizeOf(source);
    const { bavail, bsize } = await statfs(tmpdir());
    if (size > LARGEST_COPY || size * 2 > bavail * bsize) {
      return unopened(
        'stopped',
        `it is looked at in a copy, and ${bytes(size)} are too many for one: start the server and ask again`,
      );
    }
    copy = await mkdtemp(join(tmpdir(), 'fiko-doctor-'));
    await cp(source, join(copy, 'database'), { recursive: true });
  } catch (error) {
    remove();
    return { ...unopened('stopped', `it cannot be read (${reasonOf(error)})`), error };
  } finally {
    unlock();
  }
  try {
    const engine = await startEmbedded(await DataFolder.open(copy), () => undefined);
    const visited = await connect('stopped', engine.url);
    return {
      ...visited,
      async close() {
        await visited.close();
        await engine.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    const reason = (error as Error).message.replaceAll(copy, folder).replace(/^.*does not open: /, '');
    return { ...unopened('stopped', `it does not open: ${reason}`), error };
  }
}

async function connect(kind: Kind, url: string): Promise<Visit> {
  const started = performance.now();
  try {
    const database = await ReadOnlyDatabase.connect(url);
    const connectedInMs = performance.now() - started;
    // Before the checks, which share the connection. A copy is warming up.
    const latencyMs = kind === 'stopped' ? null : await database.latency();
    return { kind, database, reason: '', connectedInMs, latencyMs, close: () => database.close() };
  } catch (error) {
    return { ...unopened(kind, `the database cannot be reached (${reasonOf(error)})`), error };
  }
}

const unopened = (kind: Kind, reason: string): Visit => ({
  kind,
  database: null,
  reason,
  connectedInMs: null,
  latencyMs: null,
  close: () => Promise.resolve(),
});

/** Of all files below it. */
export async function sizeOf(folder: string): Promise<number> {
  let size = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    // What is gone meanwhile takes no room.
    size += await stat(join(entry.parentPath, entry.name)).then(
      (file) => file.size,
      () => 0,
    );
  }
  return size;
}
