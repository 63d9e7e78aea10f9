import 'reflect-metadata';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startInMemory } from '../../src/database/embedded/embedded-database';
import { migrate } from '../../src/database/migrate';
import { JobBackend } from '../../src/jobs/job-backend';
import { TEMPLATE_PATH } from './template';

/** Prepares one database with all migrations; each test file starts from a copy of it. */
export default async function setup(): Promise<void> {
  const database = await startInMemory();
  await migrate(database.url);
  const queue = new JobBackend(database.url).queue('sync');
  await queue.waitUntilReady();
  await queue.close();
  const dump = await database.engine.dump();
  await database.stop();
  const folder = await mkdtemp(join(tmpdir(), 'fiko-test-'));
  process.env[TEMPLATE_PATH] = join(folder, 'template.tar');
  await writeFile(process.env[TEMPLATE_PATH], Buffer.from(await dump.arrayBuffer()));
}
