import { createServer } from 'node:net';
import type { Config } from '../config/config';
import { StartError } from '../config/start-error';
import { DataFolder } from '../database/embedded/data-folder';
import { borrowOrStart, startEmbedded, type EmbeddedDatabase } from '../database/embedded/embedded-database';
import { migrate } from '../database/migrate';

/** An opened data folder with its database up to date. */
export interface Installation {
  databaseUrl: string;
  jwtSecret: string;
  close(): Promise<void>;
}

/** Opens the installation to serve it. @throws StartError */
export async function openInstallation(
  config: Config,
  onFatal: (error: Error) => void,
): Promise<Installation> {
  const folder = await DataFolder.open(config.server.dataDir);
  return prepare(config, folder, await startEmbedded(folder, onFatal));
}

/** Opens it for one command, beside the serving process where there is one. @throws StartError */
export async function visitInstallation(config: Config): Promise<Installation> {
  const folder = await DataFolder.open(config.server.dataDir);
  return prepare(config, folder, await borrowOrStart(folder));
}

async function prepare(
  config: Config,
  folder: DataFolder,
  database: EmbeddedDatabase,
): Promise<Installation> {
  try {
    if (!database.borrowed) await migrate(database.url);
    return {
      databaseUrl: database.url,
      jwtSecret: config.accounts.jwtSecret ?? (await folder.jwtSecret()),
      close: () => database.stop(),
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

/** Fails in a moment, before a database is opened for nothing. @throws StartError */
export async function assertPortIsFree({ server }: Config): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error) => reject(listenError(error, server)));
    probe.listen({ port: server.port, host: server.host, exclusive: true }, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}

export function listenError(error: Error, { host, port }: { host: string; port: number }): Error {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new StartError(`Port ${port} on ${host} is taken by another program: set PORT to a free one.`);
    case 'EACCES':
      return new StartError(`Port ${port} needs more rights than this user has: set PORT to one above 1023.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new StartError(`HOST is not an address of this machine.`);
    default:
      return error;
  }
}
