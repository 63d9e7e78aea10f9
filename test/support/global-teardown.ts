import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TEMPLATE_PATH } from './template';

export default async function teardown(): Promise<void> {
  await rm(dirname(process.env[TEMPLATE_PATH]!), { recursive: true, force: true });
}
