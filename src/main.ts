import './bootstrap/memory';
import { setTimeout as delay } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from './app';
import { FirstStart } from './bootstrap/first-start.service';
import {
  assertPortIsFree,
  listenAddress,
  listenError,
  openInstallation,
  type ListenAddress,
} from './bootstrap/installation';
import { exitWith, stopOnSignal } from './bootstrap/process';
import { greeting, welcome, workerGreeting } from './bootstrap/welcome';
import { loadConfig } from './config/config';
import { EmbeddingJobs } from './knowledge/embedding/embedding.jobs';
import { Lifecycle } from './operations/lifecycle.service';

async function main(): Promise<void> {
  const config = loadConfig();
  const { roles, server } = config;
  const address = listenAddress(config);
  if (address) await assertPortIsFree(address);
  const installation = await openInstallation(config, exitWith);
  try {
    const app = await createApp({ config, ...installation });
    if (installation.exclusive) await app.get(EmbeddingJobs).releaseClaims();
    const url = await start(app, address);
    stopOnSignal(async () => {
      app.get(Lifecycle).stop();
      if (address) await delay(server.stopDelayMs);
      await app.close();
      await installation.close();
    }, server.stopDelayMs);
    if (!roles.api) {
      process.stdout.write(workerGreeting(url));
      return;
    }
    const access = await app.get(FirstStart).run();
    const shown = server.publicUrl ?? url!;
    process.stdout.write(access ? welcome(shown, access) : greeting(shown));
  } catch (error) {
    await installation.close();
    throw error;
  }
}

/** Returns where it listens; null for a worker that listens nowhere. */
async function start(app: NestFastifyApplication, address: ListenAddress | null): Promise<string | null> {
  if (!address) {
    await app.init();
    return null;
  }
  const { host, port } = address;
  await app.listen(port, host).catch((error: Error) => {
    throw listenError(error, address);
  });
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

main().catch(exitWith);
