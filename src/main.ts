import { createApp } from './app';
import { FirstStart } from './bootstrap/first-start.service';
import { assertPortIsFree, listenError, openInstallation } from './bootstrap/installation';
import { exitWith, stopOnSignal } from './bootstrap/process';
import { greeting, welcome } from './bootstrap/welcome';
import { loadConfig } from './config/config';
import { EmbeddingJobs } from './knowledge/embedding.jobs';

async function main(): Promise<void> {
  const config = loadConfig();
  const { host, port, publicUrl } = config.server;
  await assertPortIsFree(config);
  const installation = await openInstallation(config, exitWith);
  try {
    const app = await createApp({ config, ...installation });
    await app.get(EmbeddingJobs).releaseClaims();
    await app.listen(port, host).catch((error: Error) => {
      throw listenError(error, config.server);
    });
    stopOnSignal(async () => {
      await app.close();
      await installation.close();
    });
    const url = publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    const access = await app.get(FirstStart).run();
    process.stdout.write(access ? welcome(url, access) : greeting(url));
  } catch (error) {
    await installation.close();
    throw error;
  }
}

main().catch(exitWith);
