import { StartError } from '../config/start-error';

/** Ends the process: with one sentence for a StartError, with the stack for a fault of ours. */
export function exitWith(error: unknown): never {
  process.stderr.write(
    error instanceof StartError
      ? `${error.message}\n`
      : `${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
}

const STOP_TIMEOUT_MS = 30_000;

/**
 * On SIGTERM or SIGINT, stops in order and exits; the same signal once more, or half a minute, ends it at once. Another
 * one does not: after Ctrl+C in a terminal a SIGTERM may follow from what started this process.
 * @param delayMs what stopping waits by itself, beside that half a minute
 */
export function stopOnSignal(stop: () => Promise<void>, delayMs = 0): void {
  let first: NodeJS.Signals | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signal === first) process.exit(1);
    if (first !== null) return;
    first = signal;
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS + delayMs).unref();
    stop().then(() => process.exit(0), exitWith);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
