import type { PinoLogger } from 'nestjs-pino';
import { readConfig } from '../config/config';
import type { JobBackend } from './job-backend';
import { JobQueue } from './job-queue.service';
import { JOBS, QUEUES } from './jobs';

describe('JOBS', () => {
  it.each(Object.entries(JOBS))('%s has a queue and sane attempts', (_, { queue, attempts, backoffMs }) => {
    expect(Object.keys(QUEUES)).toContain(queue);
    expect(Number.isInteger(attempts) && attempts >= 1).toBe(true);
    expect(attempts === 1 || backoffMs > 0).toBe(true);
  });

  it.each(Object.keys(QUEUES))('the queue %s has a job', (name) => {
    expect(Object.values(JOBS).some(({ queue }) => queue === name)).toBe(true);
  });
});

const STORE = { user_id: 7, store_id: 3 };

describe('JobQueue', () => {
  type Added = { queue: string; name: string; data: unknown; options: Record<string, unknown> };
  const open = (
    answer: () => Promise<void> = () => Promise.resolve(),
    counts: () => Promise<Record<string, number>> = () => Promise.resolve({}),
  ) => {
    const added: Added[] = [];
    const warnings: unknown[] = [];
    const backend = {
      queue: (queue: string) => ({
        on: () => undefined,
        getJobCounts: counts,
        getJobs: () => Promise.resolve([]),
        add: (name: string, data: unknown, options: Record<string, unknown>) => {
          added.push({ queue, name, data, options });
          return answer();
        },
      }),
    } as unknown as JobBackend;
    const logger = { setContext: () => undefined, warn: (line: unknown) => warnings.push(line) };
    const config = readConfig({ REDIS_URL: 'redis://127.0.0.1:6379' });
    const jobs = new JobQueue(backend, config, logger as unknown as PinoLogger);
    return { jobs, added, warnings };
  };

  it('adds a job to its queue, with its attempts', async () => {
    const { jobs, added } = open();
    await jobs.add('events.process', STORE);
    expect(added).toMatchObject([
      {
        queue: 'sync',
        name: 'events.process',
        data: STORE,
        options: {
          delay: 0,
          attempts: JOBS['events.process'].attempts,
          backoff: { type: 'exponential', delay: JOBS['events.process'].backoffMs },
          removeOnComplete: { age: 24 * 3600 },
          removeOnFail: { age: 24 * 3600 },
        },
      },
    ]);
  });

  it('keeps one job of a key waiting, and one for after it', async () => {
    const { jobs, added } = open();
    await jobs.add('knowledge.embed', {});
    await jobs.add('events.process', STORE);
    expect(added.map(({ options }) => options.deduplication)).toEqual([
      { id: 'embed', keepLastIfActive: true },
      { id: 'store-7-3', keepLastIfActive: true },
    ]);
  });

  it('lets patient work wait behind other jobs, until it is insisted on', async () => {
    const { jobs, added } = open();
    await jobs.add('events.process', STORE);
    await jobs.add('knowledge.renew', STORE);
    await jobs.add('knowledge.renew', STORE, { insistEveryMs: 1000 });
    expect(added.map(({ options }) => options.priority)).toEqual([undefined, 1, undefined]);
  });

  it('does not let a job of later stand for one of now', async () => {
    const { jobs, added } = open();
    await jobs.add('knowledge.embed', {}, { delayMs: 5000 });
    expect(added[0]!.options).toMatchObject({ delay: 5000 });
    expect(added[0]!.options).not.toHaveProperty('deduplication');
  });

  it('insists on a job whatever seems to wait, at most as often as told', async () => {
    const { jobs, added } = open();
    await jobs.add('events.process', STORE, { insistEveryMs: 0 });
    await jobs.add('events.process', STORE, { insistEveryMs: 500 });
    expect(added[0]!.options).not.toHaveProperty('deduplication');
    expect(added[1]!.options.deduplication).toEqual({ id: 'store-7-3-again', ttl: 500 });
  });

  it('fails to add when the queue is away, but not to nudge', async () => {
    const { jobs, warnings } = open(() => Promise.reject(new Error('the queue is away')));
    await expect(jobs.add('knowledge.embed', {})).rejects.toThrow('the queue is away');
    await expect(jobs.nudge('events.process', STORE)).resolves.toBeUndefined();
    expect(warnings).toMatchObject([{ job: 'events.process' }]);
  });

  it('counts jobs by their state, those with a priority among those that wait', async () => {
    const { jobs } = open(undefined, () =>
      Promise.resolve({ waiting: 2, prioritized: 1, active: 4, delayed: 5, failed: 6 }),
    );
    expect(await jobs.states()).toEqual(
      Object.keys(QUEUES).map((name) => ({ name, waiting: 3, active: 4, delayed: 5, failed: 6 })),
    );
  });

  it.each<[string, () => Promise<never>]>([
    ['is away', () => Promise.reject(new Error('the queue is away'))],
    ['hangs', () => new Promise(() => undefined)],
  ])('knows no states of a queue that %s, and does not wait for it', async (_, counts) => {
    const { jobs, warnings } = open(undefined, counts);
    const startedAt = Date.now();
    expect(await jobs.states()).toBeNull();
    expect(Date.now() - startedAt).toBeLessThan(2000);
    expect(warnings).toHaveLength(1);
  });

  it('leaves a queue that hangs alone for a while, so that no request waits for it again', async () => {
    const { jobs, added } = open(() => new Promise(() => undefined));
    await jobs.nudge('events.process', STORE);
    await jobs.nudge('events.process', STORE);
    expect(added).toHaveLength(1);
  });
});
