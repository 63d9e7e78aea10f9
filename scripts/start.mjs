/**
 * Builds where needed and starts the server in this process. A SIGTERM to npm ends the shell between it and this
 * process, which is told nothing: that its parent has changed is how it knows.
 */
import { clearInterval, setInterval } from 'node:timers';
import './build-if-needed.mjs';

const ASK_MS = 500;

await import('../dist/src/main.js');

const parent = process.ppid;
const timer = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(timer);
  process.kill(process.pid, 'SIGTERM');
}, ASK_MS).unref();
