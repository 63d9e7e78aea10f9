import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startInMemory } from '../../src/database/embedded/embedded-database';
import { migrate } from '../../src/database/migrate';
import { PostgresJobBackend } from '../../src/jobs/job-backend';
import { SERVER_MODE } from './mode';
import { PostgresServer, RedisServer } from './servers';
import { TEMPLATE } from './template';
import { administer } from './test-database';

const cleanUps: (() => Promise<unknown>)[] = [];

/** Prepares one database with all migrations; each test file starts from a copy of it. */
export default async function setup(): Promise<void> {
  (globalThis as { cleanUps?: typeof cleanUps }).cleanUps = cleanUps;
  process.env[TEMPLATE] = SERVER_MODE ? await prepareDatabase() : await prepareArchive();
}

async function prepareDatabase(): Promise<string> {
  if (process.env.TEST_DATABASE_URL === undefined) {
    const postgres = await PostgresServer.start();
    cleanUps.push(() => postgres.remove());
    process.env.TEST_DATABASE_URL = postgres.url();
  }
  if (process.env.TEST_REDIS_URL === undefined) {
    const redis = await RedisServer.start();
    cleanUps.push(() => redis.remove());
    process.env.TEST_REDIS_URL = redis.url;
  }
  const name = `template_${randomBytes(8).toString('hex')}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE template0`);
  cleanUps.unshift(() => administer(`DROP DATABASE ${name} WITH (FORCE)`));
  const url = new URL(process.env.TEST_DATABASE_URL);
  url.pathname = `/${name}`;
  await migrate(url.href);
  return name;
}

async function prepareArchive(): Promise<string> {
  const database = await startInMemory();
  await migrate(database.url);
  const queue = new PostgresJobBackend(database.url).queue('sync');
  await queue.waitUntilReady();
  await queue.close();
  const dump = await database.engine.dump();
  await database.stop();
  const path = join(await mkdtemp(join(tmpdir(), 'fiko-test-')), 'template.tar');
  cleanUps.push(() => rm(dirname(path), { recursive: true, force: true }));
  await writeFile(path, Buffer.from(await dump.arrayBuffer()));
  return path;
}
