import { assertPortIsFree, listenAddress, type ListenAddress } from '../bootstrap/installation';
import { StartError } from '../config/start-error';
import type { Check } from './check';
import { fault, ok, skipped, warning, type Finding } from './finding';

const ASK_MS = 5000;

export const portCheck: Check = {
  group: 'Port',
  async run({ config, visit }) {
    const address = listenAddress(config);
    if (!address) return [ok('Port', 'none: a worker without WORKER_PORT listens nowhere')];
    const shown = `${address.host}:${address.port}`;
    if (await isOurs(address)) return [ok('Port', `${shown}, one of ours answers`), await readiness(address)];
    try {
      await assertPortIsFree(address);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      return [fault('Port', error.message, `${address.setting}=<a free port>, or end the other program`)];
    }
    const free = ok('Port', `${shown} is free`);
    return visit.kind === 'running'
      ? [
          free,
          warning('Server', 'one holds the folder and does not answer here', 'is it set to another PORT?'),
        ]
      : [free];
  },
};

function urlOf({ host, port }: ListenAddress): string {
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}

async function ask(address: ListenAddress, path: string): Promise<Record<string, unknown> | null> {
  try {
    const response = await fetch(urlOf(address) + path, { signal: AbortSignal.timeout(ASK_MS) });
    return (await response.json()) as Record<string, unknown>;
  } catch {
    return null;
  }
}

const isOurs = async (address: ListenAddress) => (await ask(address, '/health/live'))?.status === 'ok';

async function readiness(address: ListenAddress): Promise<Finding> {
  const ready = await ask(address, '/health/ready');
  if (typeof ready?.embedder_description !== 'string') {
    return skipped('/health/ready', 'another program seems to answer there');
  }
  return readinessFinding(ready as unknown as Ready);
}

export interface Ready {
  status: string;
  checks: Record<string, string>;
}

export function readinessFinding({ status, checks }: Ready): Finding {
  const down = Object.entries(checks).filter(([, verdict]) => verdict !== 'ok');
  const value = [status, ...down.map(([name, verdict]) => `${name}: ${verdict}`)].join('; ');
  if (status === 'ok' && down.length === 0) return ok('/health/ready', 'ok');
  const mend = 'see docs/troubleshooting.md, and the log of the process';
  return status === 'unavailable'
    ? fault('/health/ready', value, mend)
    : warning('/health/ready', value, mend);
}
