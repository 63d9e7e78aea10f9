import { parentPort, workerData } from 'node:worker_threads';
import { startEngine } from './engine';

/** What the main thread hears from this one. */
export type EngineMessage =
  | { kind: 'ready'; port: number }
  | { kind: 'stopped' }
  | { kind: 'failed'; message: string }
  | { kind: 'fatal'; message: string };

const { folder, password } = workerData as { folder: string; password: string };
const send = (message: EngineMessage) => parentPort!.postMessage(message);

startEngine({ folder, password, onFatal: (error) => send({ kind: 'fatal', message: error.message }) }).then(
  (engine) => {
    parentPort!.once('message', () => {
      void engine.stop().then(() => {
        send({ kind: 'stopped' });
        parentPort!.close();
      });
    });
    send({ kind: 'ready', port: engine.port });
  },
  (error: unknown) =>
    send({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }),
);
