import { Cluster, eventually } from './support/cluster';
import type { FakeAnswer } from './support/fake-openai';
import { describeIn } from './support/mode';

const CASE_TIMEOUT_MS = 120_000;

type Fault = [what: string, answer: (inputs: string[]) => FakeAnswer, delayMs?: number];

const json = (text: string): FakeAnswer => ({ status: 200, text });
const vectors = (inputs: string[], length: number): FakeAnswer => ({
  status: 200,
  body: {
    object: 'list',
    model: 'any',
    usage: { prompt_tokens: 1, total_tokens: 1 },
    data: inputs.map((_, index) => ({
      object: 'embedding',
      index,
      embedding: Buffer.from(new Float32Array(length).fill(0.5).buffer).toString('base64'),
    })),
  },
});

const FAULTS: Fault[] = [
  ['is slow', () => 'embed', 2000],
  ['hangs up', () => 'hang-up'],
  ['asks for a rest', () => ({ status: 429, headers: { 'retry-after': '1' } })],
  ['fails', () => ({ status: 500 })],
  ['sends half an answer', () => json('{"object":"list","data":[{"object":"embedd')],
  ['sends vectors of another length', (inputs) => vectors(inputs, 7)],
  ['sends fewer vectors than texts', (inputs) => vectors(inputs.slice(1), 256)],
];

describeIn('own servers', 'it starts processes', 'an embedding service that is at fault', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await Cluster.start({ apis: 1, workers: 2 });
  }, CASE_TIMEOUT_MS);
  afterAll(() => cluster?.remove(), CASE_TIMEOUT_MS);

  it.each(FAULTS)(
    '%s: products are listed and found meanwhile, and embedded afterwards',
    async (_, answer, delayMs = 0) => {
      await cluster.heal();
      const shop = await cluster.openShop();
      try {
        await shop.sells(20);
        const asked = cluster.openai.requests.length;
        cluster.openai.delayMs = delayMs;
        cluster.openai.answer = answer;
        await shop.sells(30);
        await eventually('the service is asked', 30_000, () => cluster.openai.requests.length > asked);
        await eventually('the new products are listed', 10_000, async () => {
          const rows = await cluster.query<{ title: string }>(
            `SELECT p.title FROM products p JOIN chunks c ON c.user_id = p.user_id AND c.product_id = p.id
              WHERE p.store_id = $1 AND p.is_active AND c.status = 'pending' ORDER BY p.id DESC LIMIT 1`,
            [shop.storeId],
          );
          if (rows.length === 0) return false;
          const title = encodeURIComponent(rows[0]!.title);
          const [listed, found] = await Promise.all([
            cluster.get<{ results: unknown[] }>(`/api/v1/web-knowledge/products/?search=${title}`),
            cluster.get<{ results: unknown[] }>(`/api/v1/web-knowledge/search/?q=${title}`),
          ]);
          return listed.results.length > 0 && found.results.length > 0;
        });
      } finally {
        cluster.openai.delayMs = 0;
        cluster.openai.answer = () => 'embed';
        await shop.close();
      }
      await cluster.proof(shop);
    },
    CASE_TIMEOUT_MS,
  );
});
