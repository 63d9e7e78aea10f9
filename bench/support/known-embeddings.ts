import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

/** The path of a JSON file: the vectors of texts, as base64 of 32-bit floats. */
const answers = new Map<string, Buffer>(
  Object.entries(JSON.parse(readFileSync(process.env.VECTORS!, 'utf8')) as Record<string, string>).map(
    ([text, embedding]) => [
      text,
      Buffer.from(
        JSON.stringify({
          object: 'list',
          data: [{ object: 'embedding', index: 0, embedding }],
          model: 'text-embedding-3-small',
          usage: { prompt_tokens: 1, total_tokens: 1 },
        }),
      ),
    ],
  ),
);
const [any] = answers.values();

/** An embedding service that knows its answers beforehand, so that it takes no time worth speaking of. */
createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.method === 'GET') return response.end();
    const { input } = JSON.parse(Buffer.concat(chunks).toString()) as { input: string | [string] };
    const answer = answers.get(typeof input === 'string' ? input : input[0]) ?? any!;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
    response.end(answer);
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
