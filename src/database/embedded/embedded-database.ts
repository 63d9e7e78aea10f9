import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StartError } from '../../config/start-error';
import { type DataFolder } from './data-folder';
import { startEngine, type RunningEngine } from './engine';
import type { EngineMessage } from './engine.worker';
import { makeDatabase } from './new-database';

/** A database that this process serves or has borrowed from the process that serves it. */
export interface EmbeddedDatabase {
  url: string;
  /** True when another process holds the data folder and its database is used over the wire. */
  borrowed: boolean;
  stop(): Promise<void>;
}

const databaseUrl = (password: string, port: number) =>
  `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;

/**
 * Starts the engine on the data folder, in a thread of its own: in the main thread each statement would stop the
 * event loop (measured: 540 ms for 100 awaited inserts).
 * @throws StartError when another process holds the folder, or the engine does not open it.
 */
export async function startEmbedded(
  folder: DataFolder,
  onFatal: (error: Error) => void,
): Promise<EmbeddedDatabase> {
  if (!folder.tryLock()) {
    const other = await folder.readAnnouncement();
    const who = other ? ` (process ${other.pid})` : '';
    throw new StartError(
      `The data folder ${folder.path} is in use by another process${who}: stop that one, or set DATA_DIR to another folder.`,
    );
  }
  const password = randomBytes(24).toString('base64url');
  let worker: Worker | undefined;
  let stopping = false;
  try {
    await makeDatabase(folder.databaseFolder);
    const engine = new Worker(join(__dirname, 'engine.worker.js'), {
      workerData: { folder: folder.databaseFolder, password },
      // It only passes bytes on.
      resourceLimits: { maxYoungGenerationSizeMb: 12 },
    });
    worker = engine;
    const port = await new Promise<number>((resolve, reject) => {
      engine.on('message', (message: EngineMessage) => {
        if (message.kind === 'ready') resolve(message.port);
        if (message.kind === 'failed') reject(new Error(message.message));
        if (message.kind === 'fatal') onFatal(new Error(message.message));
      });
      engine.once('error', reject);
      engine.once('exit', () => reject(new Error('its thread ended')));
    });
    engine.on('error', onFatal);
    engine.once('exit', () => {
      if (!stopping) onFatal(new Error('the thread of the embedded database ended'));
    });
    const url = databaseUrl(password, port);
    await folder.announce({ pid: process.pid, databaseUrl: url });
    const stop = async () => {
      stopping = true;
      await stopWorker(engine);
      await folder.unlock();
    };
    return { url, borrowed: false, stop };
  } catch (error) {
    await worker?.terminate();
    await folder.unlock();
    throw new StartError(
      `The database in ${folder.databaseFolder} does not open: ${(error as Error).message}`,
    );
  }
}

/** For commands: the serving process's database where there is one, else the engine started here for a while. */
export async function borrowOrStart(folder: DataFolder): Promise<EmbeddedDatabase> {
  const announcement = await folder.readAnnouncement();
  const probe = folder.tryLock();
  if (probe) await folder.unlock();
  if (!probe && announcement) return { url: announcement.databaseUrl, borrowed: true, stop: async () => {} };
  return startEmbedded(folder, (error) => {
    throw error;
  });
}

/** A database in memory, in this thread; for tests. */
export async function startInMemory(template?: Blob): Promise<EmbeddedDatabase & { engine: RunningEngine }> {
  const password = randomBytes(24).toString('base64url');
  const engine = await startEngine({ folder: null, password, ...(template && { template }) });
  return { url: databaseUrl(password, engine.port), borrowed: false, engine, stop: () => engine.stop() };
}

async function stopWorker(worker: Worker): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve());
    worker.on('message', (message: EngineMessage) => {
      if (message.kind === 'stopped') resolve();
    });
  });
  worker.postMessage('stop');
  await stopped;
  await worker.terminate();
}
