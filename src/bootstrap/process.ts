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
 * On SIGTERM or SIGINT, stops in order and exits; a second signal, or half a minute, ends it at once.
 * @param delayMs what stopping waits by itself, beside that half a minute
 */
export function stopOnSignal(stop: () => Promise<void>, delayMs = 0): void {
  let stopping = false;
  const onSignal = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), STOP_TIMEOUT_MS + delayMs).unref();
    stop().then(() => process.exit(0), exitWith);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
