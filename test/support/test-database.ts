import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Client } from 'pg';
import { startInMemory } from '../../src/database/embedded/embedded-database';
import { SERVER_MODE } from './mode';
import { TEMPLATE } from './template';

/** A database that nothing else uses. */
export interface TestDatabase {
  url: string;
  stop(): Promise<void>;
}

/** With all migrations: a copy of the run's template. */
export async function startDatabase(): Promise<TestDatabase> {
  const template = process.env[TEMPLATE]!;
  if (SERVER_MODE) return createDatabase(template);
  return startInMemory(new Blob([await readFile(template)]));
}

/** Without any table. */
export function startEmptyDatabase(): Promise<TestDatabase> {
  return SERVER_MODE ? createDatabase('template0') : startInMemory();
}

async function createDatabase(template: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(process.env.TEST_DATABASE_URL!);
  url.pathname = `/${name}`;
  return { url: url.href, stop: () => administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** One statement in the database that the run was given. */
export async function administer(sql: string): Promise<void> {
  const client = new Client({ connectionString: process.env.TEST_DATABASE_URL });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Settings by which a process uses this database, and a queue of its own. */
export function environmentOf(database: TestDatabase): Record<string, string> {
  if (!SERVER_MODE) return {};
  return {
    DATABASE_URL: database.url,
    REDIS_URL: process.env.TEST_REDIS_URL!,
    REDIS_PREFIX: `test-${randomBytes(8).toString('hex')}`,
  };
}
