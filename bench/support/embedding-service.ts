/**
 * Stands in for OpenAI's API in a process of its own: 50 ms and 0.2 ms per input. Its answers are made beforehand, so that
 * it takes little of the cores that it shares with what is measured.
 */
import { createServer } from 'node:http';
import { environment } from '../baselines/web';

export const DIMENSIONS = 1536;
const REQUEST_MS = 50;
const INPUT_MS = 0.2;
const VECTORS = 32;

const vectors = Array.from({ length: VECTORS }, (_, seed) => {
  const vector = Float32Array.from({ length: DIMENSIONS }, (_each, place) =>
    Math.sin((seed + 1) * (place + 1) * 0.37),
  );
  const length = Math.hypot(...vector);
  return Buffer.from(vector.map((value) => value / length).buffer).toString('base64');
});

const answers = new Map<number, Buffer>();
function answerTo(inputs: number): Buffer {
  let answer = answers.get(inputs);
  if (!answer) {
    const data = Array.from({ length: inputs }, (_, index) => ({
      object: 'embedding',
      index,
      embedding: vectors[(index * 7 + inputs) % VECTORS],
    }));
    const usage = { prompt_tokens: inputs, total_tokens: inputs };
    answer = Buffer.from(JSON.stringify({ object: 'list', data, model: 'text-embedding-3-small', usage }));
    answers.set(inputs, answer);
  }
  return answer;
}

let [requests, texts] = [0, 0];
const server = createServer((request, response) => {
  if (request.url === '/counts') {
    response.end(JSON.stringify({ requests, texts }));
    return;
  }
  if (request.method === 'GET') {
    response.end('{}');
    return;
  }
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const { input } = JSON.parse(Buffer.concat(parts).toString()) as { input: string | string[] };
    const inputs = typeof input === 'string' ? 1 : input.length;
    requests++;
    texts += inputs;
    setTimeout(
      () => {
        const answer = answerTo(inputs);
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
        response.end(answer);
      },
      REQUEST_MS + INPUT_MS * inputs,
    );
  });
});
server.listen(Number(environment('PORT')), '127.0.0.1');
