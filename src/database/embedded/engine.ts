import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { btree_gin } from '@electric-sql/pglite/contrib/btree_gin';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { WireServer } from './wire-server';

export interface EngineOptions {
  /** A folder, or null for a database in memory. */
  folder: string | null;
  password: string;
  /** A dump of a prepared data folder (tests start from one instead of running initdb and all migrations). */
  template?: Blob;
  onFatal?: (error: Error) => void;
}

export interface RunningEngine {
  port: number;
  /** Ends all connections, then the engine. */
  stop(): Promise<void>;
  /** The whole data folder as a tar archive. */
  dump(): Promise<Blob>;
}

/** Opens PGlite (PostgreSQL 18 in WebAssembly) with pgvector; an empty database where there is none. */
export const openDatabase = ({
  folder,
  template,
}: Pick<EngineOptions, 'folder' | 'template'>): Promise<PGlite> =>
  PGlite.create({
    dataDir: folder ?? 'memory://',
    extensions: { vector, pg_trgm, btree_gin },
    // The default of 128 MB is paid in resident memory from the first start.
    postgresqlconf: ['shared_buffers=32MB', 'timezone=UTC'],
    ...(template && { loadDataDir: template }),
  });

/** Opens it and serves it on a free port of 127.0.0.1. */
export async function startEngine(options: EngineOptions): Promise<RunningEngine> {
  const engine = await openDatabase(options);
  const server = new WireServer(engine, { password: options.password, onFatal: options.onFatal });
  const port = await server.listen();
  return {
    port,
    async stop() {
      await server.close();
      await engine.close();
    },
    dump: () => engine.dumpDataDir('none'),
  };
}
