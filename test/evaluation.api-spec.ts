import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeIn } from './support/mode';
import { ServerProcess } from './support/server-process';

const PRODUCTS = join(__dirname, 'evaluation', 'fa-market-products.jsonl');
const QUERIES = join(__dirname, 'evaluation', 'fa-market-queries.jsonl');

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

  /** A little below what was measured when the questions were written; a fall below these is a fault. */
  it('finds in a catalogue of eleven departments what judges found', async () => {
    const { code, stdout } = await evaluate('--products', PRODUCTS, '--queries', QUERIES, '--json');
    expect(code).toBe(0);
    const { hybrid, lexical, vector, negatives, without_normalizer: plain } = JSON.parse(stdout) as Report;
    expect(hybrid.ndcg_10).toBeGreaterThanOrEqual(0.93);
    expect(hybrid.recall_5).toBeGreaterThanOrEqual(0.95);
    const floors = {
      exact_name: 0.98,
      sku: 0.98,
      model_code: 0.98,
      spelling_variant: 0.95,
      price_filter: 0.95,
      typo: 0.95,
      latin_brand: 0.95,
      category: 0.9,
      attribute: 0.95,
      colloquial: 0.9,
      semantic: 0.7,
    };
    expect(Object.keys(hybrid.by_kind).sort()).toEqual(Object.keys(floors).sort());
    const below = Object.entries(floors).filter(([kind, floor]) => hybrid.by_kind[kind]!.ndcg_10 < floor);
    expect(below).toEqual([]);
    expect(negatives).toEqual({ refused: 18, of: 18 });
    expect([lexical.ndcg_10 > 0.9, vector.ndcg_10 > 0.6, hybrid.ndcg_10 > vector.ndcg_10]).toEqual([
      true,
      true,
      true,
    ]);
    expect(plain.hybrid.ndcg_10).toBeLessThan(hybrid.ndcg_10 - 0.01);
    expect(plain.vector.ndcg_10).toBeLessThan(vector.ndcg_10 - 0.01);
  }, 240_000);

  it.each<[string, string, RegExp]>([
    ['no JSON', '{"q": "scarf"\n', /line 1/],
    ['no question', '{"kind": "sku", "relevant": {}}\n', /line 1/],
    ['a grade that is none', '{"q": "scarf", "kind": "sku", "relevant": {"1": "best"}}\n', /line 1/],
  ])('names the line of a file with %s', async (_, text, reason) => {
    const file = join(folder, 'queries.jsonl');
    await writeFile(file, text);
    const { code, stderr } = await evaluate('--products', PRODUCTS, '--queries', file);
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
