import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config';
import { StartError } from '../config/start-error';
import { dataSourceOptions } from '../database/data-source';
import { DataFolder } from '../database/embedded/data-folder';
import { borrowOrStart, startEmbedded, type EmbeddedDatabase } from '../database/embedded/embedded-database';
import { migrate } from '../database/migrate';
import { inspectServer } from '../database/server';
import { settle } from '../database/settings';

/** A database that is up to date, with the key that signs sessions. */
export interface Installation {
  databaseUrl: string;
  jwtSecret: string;
  /** True where no other process can work on the database. */
  exclusive: boolean;
  close(): Promise<void>;
}

/**
 * Opens the installation to serve it.
 * @param onFatal called when the embedded database dies later
 * @throws StartError
 */
export async function openInstallation(
  config: Config,
  onFatal: (error: Error) => void,
): Promise<Installation> {
  if (config.database.url !== null) return openServer(config, config.database.url);
  const folder = await DataFolder.open(config.server.dataDir);
  return prepareEmbedded(config, folder, await startEmbedded(folder, onFatal));
}

/** Opens it for one command, beside the serving process where there is one. @throws StartError */
export async function visitInstallation(config: Config): Promise<Installation> {
  if (config.database.url !== null) return openServer(config, config.database.url);
  const folder = await DataFolder.open(config.server.dataDir);
  return prepareEmbedded(config, folder, await borrowOrStart(folder));
}

async function openServer(config: Config, url: string): Promise<Installation> {
  const say = (sentence: string) => process.stderr.write(`${sentence}\n`);
  const warnings = await inspectServer(url, () => say('Waiting for the server of DATABASE_URL …'));
  for (const warning of warnings) say(`Warning: ${warning}`);
  await migrate(url, () => say('Another process brings the database up to date; waiting for it …'));
  return {
    databaseUrl: url,
    jwtSecret: config.accounts.jwtSecret ?? (await sharedJwtSecret(url)),
    exclusive: false,
    close: () => Promise.resolve(),
  };
}

/** The key that all processes of the installation sign sessions with. */
async function sharedJwtSecret(url: string): Promise<string> {
  const dataSource = await new DataSource(dataSourceOptions(url, { max: 1 })).initialize();
  try {
    return await settle(dataSource, 'jwt_secret', randomBytes(48).toString('base64url'));
  } finally {
    await dataSource.destroy();
  }
}

async function prepareEmbedded(
  config: Config,
  folder: DataFolder,
  database: EmbeddedDatabase,
): Promise<Installation> {
  try {
    if (!database.borrowed) await migrate(database.url);
    return {
      databaseUrl: database.url,
      jwtSecret: config.accounts.jwtSecret ?? (await folder.jwtSecret()),
      exclusive: !database.borrowed,
      close: () => database.stop(),
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

/** Where a process listens, and the setting of its port. */
export interface ListenAddress {
  host: string;
  port: number;
  setting: 'PORT' | 'WORKER_PORT';
}

/** Null for a worker that listens nowhere. */
export function listenAddress({ server, roles }: Config): ListenAddress | null {
  if (roles.api) return { host: server.host, port: server.port, setting: 'PORT' };
  if (server.workerPort === null) return null;
  return { host: server.host, port: server.workerPort, setting: 'WORKER_PORT' };
}

/** Fails in a moment, before a database is opened for nothing. @throws StartError */
export async function assertPortIsFree(address: ListenAddress): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (error) => reject(listenError(error, address)));
    probe.listen({ port: address.port, host: address.host, exclusive: true }, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}

export function listenError(error: Error, { host, port, setting }: ListenAddress): Error {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new StartError(
        `Port ${port} on ${host} is taken by another program: set ${setting} to a free one.`,
      );
    case 'EACCES':
      return new StartError(
        `Port ${port} needs more rights than this user has: set ${setting} to one above 1023.`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new StartError(`HOST is not an address of this machine.`);
    default:
      return error;
  }
}
