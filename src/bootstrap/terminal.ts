import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { StartError } from '../config/start-error';

/** Asks at the terminal; a hidden answer is not echoed. @throws StartError where there is no terminal */
export async function ask(question: string, hidden = false): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new StartError(
      `${question.replace(/[ (:].*/, '')} is missing, and there is no terminal to ask at: see --help.`,
    );
  }
  let muted = false;
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!muted) process.stdout.write(chunk as Buffer);
      done();
    },
  });
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  try {
    const answer = terminal.question(question);
    muted = hidden;
    return await answer;
  } finally {
    terminal.close();
    if (hidden) process.stdout.write('\n');
  }
}
