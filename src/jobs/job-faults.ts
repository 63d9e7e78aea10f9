import type { PinoLogger } from 'nestjs-pino';

const REMIND_AFTER_MS = 30_000;

/** A connection that is away reports so with each attempt to reach it: the same fault is logged once in half a minute. */
export function logFaults(
  source: { on(event: 'error', listener: (error: Error) => void): unknown },
  logger: PinoLogger,
  what: Record<string, string>,
): void {
  let last = { message: '', at: 0 };
  source.on('error', (err) => {
    if (err.message === last.message && Date.now() - last.at < REMIND_AFTER_MS) return;
    last = { message: err.message, at: Date.now() };
    logger.error({ err, ...what }, 'connection of the queue');
  });
}
