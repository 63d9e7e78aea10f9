import { KEYS, type Config } from '../config/config';
import type { Inspection } from '../config/inspection';
import { fault, ok, warning, type Finding } from './finding';

const isOfThisMachine = (host: string) => /^(127\.|::1$|localhost$)/.test(host);

export function configurationFindings(inspection: Inspection): Finding[] {
  const { config, problems, set, file } = inspection;
  return [
    ...problems.map((problem) =>
      fault('Setting', problem, 'correct it in the environment or in .env: docs/configuration.md'),
    ),
    ...(config
      ? [
          ok('Settings', `valid, ${set.size} of ${Object.keys(KEYS).length} set`),
          ...hints(config, inspection),
        ]
      : []),
    ...(file ? fileFindings(file) : []),
  ];
}

/** What is allowed, and is seldom meant in production. */
export function hints(config: Config, { set }: Pick<Inspection, 'set'>): Finding[] {
  const { database, queue, roles, server, accounts } = config;
  const onServer = database.url !== null;
  const findings = [modeFinding(config)];
  if (onServer && roles.api && accounts.jwtSecret === null) {
    findings.push(
      warning(
        'JWT_SECRET',
        'not set: the key that signs sessions stands in the database, and in its dumps',
        'JWT_SECRET=$(openssl rand -base64 48), the same for every api; sessions and signing keys begin anew',
      ),
    );
  }
  if (!roles.api) return findings;
  if (server.trustedProxies.length > 0 && server.publicUrl === null) {
    findings.push(
      warning(
        'PUBLIC_URL',
        'not set, though there is a proxy: addresses that are shown lead past it, and cookies may lack Secure',
        'PUBLIC_URL=https://… as clients have it',
      ),
    );
  }
  if (server.publicUrl?.startsWith('http:') && !isOfThisMachine(new URL(server.publicUrl).hostname)) {
    findings.push(
      warning(
        'PUBLIC_URL',
        'is http: tokens and passwords travel readable, and browsers keep no secure cookie',
        'a proxy with TLS in front (docs/install.md), and PUBLIC_URL=https://…',
      ),
    );
  }
  if (!isOfThisMachine(server.host) && server.trustedProxies.length === 0) {
    findings.push(
      warning(
        'HOST',
        `${server.host}, and no proxy is trusted: open to the network without TLS, or all clients seem to be the proxy`,
        'HOST=127.0.0.1, or TRUSTED_PROXIES=<address of the proxy>',
      ),
    );
  }
  if (onServer && queue.redisUrl === null && !set.has('MODE')) {
    findings.push(ok('REDIS_URL', 'not set: the queue is in PostgreSQL, each process counts its own limits'));
  }
  return findings;
}

function modeFinding({ database, queue, roles }: Config): Finding {
  const mode =
    database.url === null ? 'embedded' : `server, queue in ${queue.redisUrl ? 'Redis' : 'PostgreSQL'}`;
  if (roles.api && roles.worker) return ok('Mode', `${mode}; this process is api and worker`);
  return ok('Mode', `${mode}; an ${roles.api ? 'api' : 'worker'} only`.replace('an worker', 'a worker'));
}

function fileFindings({ mode, names }: NonNullable<Inspection['file']>): Finding[] {
  const readable = (mode & 0o004) !== 0;
  const octal = mode.toString(8);
  return [
    readable
      ? warning('.env', `others on this machine may read it (mode ${octal})`, 'chmod 600 .env')
      : ok('.env', `mode ${octal}, sets ${names.length} names`),
    ...names.flatMap((name) => {
      const meant = nearestKey(name);
      return meant === null
        ? []
        : [warning('.env', `${name} is no setting`, `write ${meant}, if that is meant`)];
    }),
  ];
}

/** The setting that a name is probably a slip of; null for a setting, and for what belongs to something else. */
export function nearestKey(name: string): string | null {
  const keys = Object.keys(KEYS);
  if (keys.includes(name)) return null;
  const near = keys.filter((key) => distance(key, name.toUpperCase()) <= (key.length > 8 ? 2 : 1));
  return near[0] ?? null;
}

/** Letters to change, leave out or put in (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (letter === b[j] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
