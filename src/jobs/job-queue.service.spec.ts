import type { PinoLogger } from 'nestjs-pino';
import type { JobBackend } from './job-backend';
import { JobQueue } from './job-queue.service';
import { JOBS, QUEUES, type JobName } from './jobs';

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

describe('JobQueue', () => {
  type Added = { queue: string; name: string; data: unknown; options: Record<string, unknown> };
  const open = (failing = false) => {
    const added: Added[] = [];
    const warnings: unknown[] = [];
    const backend = {
      queue: (queue: string) => ({
        on: () => undefined,
        add: (name: string, data: unknown, options: Record<string, unknown>) => {
          if (failing) return Promise.reject(new Error('the queue is away'));
          added.push({ queue, name, data, options });
          return Promise.resolve();
        },
      }),
    } as unknown as JobBackend;
    const logger = { setContext: () => undefined, warn: (line: unknown) => warnings.push(line) };
    return { jobs: new JobQueue(backend, logger as unknown as PinoLogger), added, warnings };
  };

  it.each(Object.keys(JOBS) as JobName[])('adds %s to its queue, with its attempts', async (name) => {
    const { jobs, added } = open();
    await jobs.add(name, { event_ids: ['1'] });
    expect(added).toMatchObject([
      {
        queue: JOBS[name].queue,
        name,
        data: { event_ids: ['1'] },
        options: {
          delay: 0,
          attempts: JOBS[name].attempts,
          backoff: { type: 'exponential', delay: JOBS[name].backoffMs },
        },
      },
    ]);
  });

  it('keeps one of the jobs that only look for work, and all of those that carry it', async () => {
    const { jobs, added } = open();
    await jobs.add('knowledge.embed', {});
    await jobs.add('events.process', { event_ids: ['1'] });
    expect(added[0]!.options).toMatchObject({
      deduplication: { id: 'knowledge.embed', keepLastIfActive: true },
    });
    expect(added[1]!.options).not.toHaveProperty('deduplication');
  });

  it('does not let a job of later stand for one of now', async () => {
    const { jobs, added } = open();
    await jobs.add('knowledge.embed', {}, 5000);
    expect(added[0]!.options).toMatchObject({ delay: 5000 });
    expect(added[0]!.options).not.toHaveProperty('deduplication');
  });

  it('fails to add when the queue is away, but not to nudge', async () => {
    const { jobs, warnings } = open(true);
    await expect(jobs.add('knowledge.embed', {})).rejects.toThrow('the queue is away');
    await expect(jobs.nudge('events.process', { event_ids: ['1'] })).resolves.toBeUndefined();
    expect(warnings).toMatchObject([{ job: 'events.process' }]);
  });
});
