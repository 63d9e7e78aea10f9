import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeIn } from './support/mode';
import { ServerProcess } from './support/server-process';

const file = (name: string): string => join(__dirname, 'evaluation', name);
const PRODUCTS = file('fa-market-products.jsonl');
const QUERIES = file('fa-market-queries.jsonl');

/** nDCG@10 by kind of question, a little below what was measured; a fall below these is a fault. */
const FLOORS = {
  exact_name: 0.98,
  sku: 0.98,
  model_code: 0.98,
  spelling_variant: 0.95,
  price_filter: 0.85,
  typo: 0.95,
  latin_brand: 0.95,
  category: 0.9,
  attribute: 0.95,
  colloquial: 0.9,
  semantic: 0.85,
};

interface Quality {
  ndcg_10: number;
  recall_5: number;
  mrr: number;
}
type MethodReport = Quality & { by_kind: Record<string, Quality & { queries: number }> };
interface Report extends Record<'hybrid' | 'lexical' | 'vector', MethodReport> {
  negatives: { refused: number; of: number };
  without_normalizer: Record<'hybrid' | 'lexical' | 'vector', MethodReport>;
}

describeIn('embedded', 'it has a database of its own', 'npm run eval', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fiko-evaluation-test-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const evaluate = async (...args: string[]) => {
    const command = await ServerProcess.spawn({ DATA_DIR: folder }, 'cli.js', ['eval', ...args]);
    const code = await command.ended();
    return { code, stdout: command.stdout, stderr: command.stderr };
  };

  it.each([
    ['eleven departments', 'fa-market', 18],
    ['electronics, beauty, food and furniture', 'fa-digital', 8],
  ])(
    'finds in a catalogue of %s what judges found',
    async (_, name, negative) => {
      const { code, stdout } = await evaluate(
        ...[
          '--products',
          file(`${name}-products.jsonl`),
          '--queries',
          file(`${name}-queries.jsonl`),
          '--json',
        ],
      );
      expect(code).toBe(0);
      const { hybrid, lexical, vector, negatives, without_normalizer: plain } = JSON.parse(stdout) as Report;
      expect(hybrid.ndcg_10).toBeGreaterThanOrEqual(0.95);
      expect(hybrid.recall_5).toBeGreaterThanOrEqual(0.95);
      expect(Object.keys(hybrid.by_kind).sort()).toEqual(Object.keys(FLOORS).sort());
      const below = Object.entries(FLOORS).filter(([kind, floor]) => hybrid.by_kind[kind]!.ndcg_10 < floor);
      expect(below).toEqual([]);
      expect(negatives).toEqual({ refused: negative, of: negative });
      expect(lexical.ndcg_10).toBeGreaterThan(0.9);
      expect(vector.ndcg_10).toBeGreaterThan(0.5);
      expect(hybrid.ndcg_10).toBeGreaterThan(vector.ndcg_10);
      expect(plain.hybrid.ndcg_10).toBeLessThan(hybrid.ndcg_10 - 0.01);
      expect(plain.vector.ndcg_10).toBeLessThan(vector.ndcg_10 - 0.01);
    },
    240_000,
  );

  it.each<[string, string, RegExp]>([
    ['no JSON', '{"q": "scarf"\n', /line 1/],
    ['no question', '{"kind": "sku", "relevant": {}}\n', /line 1/],
    ['a grade that is none', '{"q": "scarf", "kind": "sku", "relevant": {"1": "best"}}\n', /line 1/],
  ])('names the line of a file with %s', async (_, text, reason) => {
    const queries = join(folder, 'queries.jsonl');
    await writeFile(queries, text);
    const { code, stderr } = await evaluate('--products', PRODUCTS, '--queries', queries);
    expect([code, stderr]).toEqual([1, expect.stringMatching(reason)]);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('says which option is missing, and which file', async () => {
    expect(await evaluate('--products', PRODUCTS)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/--queries/) as string,
    });
    const gone = join(folder, 'gone.jsonl');
    const { code, stderr } = await evaluate('--products', gone, '--queries', QUERIES);
    expect([code, stderr]).toEqual([1, expect.stringContaining('gone.jsonl')]);
  });
});
