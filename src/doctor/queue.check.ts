import Redis from 'ioredis';
import type { Config } from '../config/config';
import { compareVersions } from '../database/server';
import { QUEUES } from '../jobs/jobs';
import type { Check, Patient } from './check';
import { fault, ok, skipped, warning, type Finding } from './finding';
import { masked } from './report';
import { bytes, duration, number, reasonOf } from './values';

const OLDEST_REDIS = '6.2.0';
const STATES = ['waiting', 'active', 'delayed', 'failed'] as const;
type Depths = Record<(typeof STATES)[number], number>;

export const queueCheck: Check = {
  group: 'Queue',
  run: (patient) => (patient.config.queue.redisUrl === null ? inPostgres(patient) : inRedis(patient.config)),
};

async function inPostgres({ visit }: Patient): Promise<Finding[]> {
  const { database, reason } = visit;
  if (!database) return [skipped('Queue', reason)];
  const { present } = await database.one<{ present: boolean }>(
    `SELECT to_regclass('bullmq.job') IS NOT NULL AS present`,
  );
  if (!present) {
    return [
      warning('Schema bullmq', 'not there yet', 'npm start makes it; the user needs CREATE on the database'),
    ];
  }
  const rows = await database.query<Depths & { queue: string }>(
    `SELECT queue, ${STATES.map((state) => `count(*) FILTER (WHERE state = '${state}')::int AS ${state}`).join(', ')}
       FROM bullmq.job GROUP BY queue`,
  );
  const depths = Object.fromEntries(rows.map(({ queue, ...counts }) => [queue, counts]));
  return [ok('Schema bullmq', 'in the database'), ...depthFindings(depths)];
}

async function inRedis({ queue }: Config): Promise<Finding[]> {
  const url = queue.redisUrl!;
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 4000,
    commandTimeout: 4000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    enableReadyCheck: false,
  });
  let broken: Error | null = null;
  redis.on('error', (error: Error) => (broken ??= error));
  const started = performance.now();
  try {
    await redis.connect();
    const facts = infoOf(await redis.info());
    const reached = ok('Reachable', `${masked(url)}, in ${duration(performance.now() - started)}`);
    const depths: Record<string, Depths> = {};
    for (const name of Object.keys(QUEUES)) depths[name] = await redisDepths(redis, queue.redisPrefix, name);
    return [reached, ...redisFindings(facts), ...depthFindings(depths)];
  } catch (error) {
    const reason = reasonOf(broken ?? error);
    return [fault('Reachable', `${masked(url)} cannot be reached (${reason})`, redisMend(reason))];
  } finally {
    redis.disconnect();
  }
}

/** Keys as BullMQ names them: to ask it itself would write its own. */
async function redisDepths(redis: Redis, prefix: string, name: string): Promise<Depths> {
  const key = (state: string) => `${prefix}:${name}:${state}`;
  const [wait, prioritized, active, delayed, failed] = await Promise.all([
    redis.llen(key('wait')),
    redis.zcard(key('prioritized')),
    redis.llen(key('active')),
    redis.zcard(key('delayed')),
    redis.zcard(key('failed')),
  ]);
  return { waiting: wait + prioritized, active, delayed, failed };
}

function redisMend(reason: string): string {
  return /WRONGPASS|NOAUTH/.test(reason)
    ? 'correct the password in REDIS_URL'
    : 'start Redis, or correct host and port in REDIS_URL; events are kept meanwhile and processed later';
}

/** What `INFO` says, as name and value. */
export function infoOf(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name, value]) => [name!, value!]),
  );
}

export function redisFindings(info: Record<string, string>): Finding[] {
  const version = info.redis_version ?? '0';
  const shown = info.valkey_version ? `Valkey ${info.valkey_version}` : `Redis ${version}`;
  const policy = info.maxmemory_policy ?? 'unknown';
  const [used, most] = [Number(info.used_memory ?? 0), Number(info.maxmemory ?? 0)];
  const findings: Finding[] = [
    compareVersions(version, OLDEST_REDIS) >= 0
      ? ok('Version', shown)
      : fault('Version', `${shown}, and 6.2 is needed`, 'install Redis 6.2 or newer, or Valkey'),
    policy === 'noeviction'
      ? ok('maxmemory-policy', policy)
      : fault(
          'maxmemory-policy',
          `${policy}: jobs may be thrown away when memory is short`,
          'redis-cli CONFIG SET maxmemory-policy noeviction, and the same in redis.conf',
        ),
    persistenceFinding(info),
    most > 0 && used > most * 0.9
      ? warning(
          'Memory',
          `${bytes(used)} of ${bytes(most)}`,
          'raise maxmemory: new jobs are refused when it is full',
        )
      : ok('Memory', most > 0 ? `${bytes(used)} of ${bytes(most)}` : `${bytes(used)}, no limit`),
  ];
  if (info.role === 'slave') {
    findings.push(fault('Role', 'a replica: nothing can be written', 'REDIS_URL of the primary'));
  }
  return findings;
}

function persistenceFinding(info: Record<string, string>): Finding {
  const mend = 'free disk space for Redis, then see its log';
  if (info.aof_enabled === '1') {
    return info.aof_last_write_status === 'err'
      ? fault('Persistence', 'the append-only file cannot be written', mend)
      : ok('Persistence', 'append-only file');
  }
  if (info.rdb_last_bgsave_status === 'err') return fault('Persistence', 'the last snapshot failed', mend);
  return ok('Persistence', 'no append-only file: after a crash, what waited is found again in the database');
}

export function depthFindings(depths: Record<string, Partial<Depths>>): Finding[] {
  return Object.keys(QUEUES).map((name) => {
    const counts = STATES.map((state) => `${number(depths[name]?.[state] ?? 0)} ${state}`);
    return ok(`Queue ${name}`, counts.join(', '));
  });
}
