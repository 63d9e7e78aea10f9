import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LexicalEmbedder } from '../src/knowledge/embedding/lexical.embedder';
import { FakeOpenAi } from './support/fake-openai';
import { describeIn } from './support/mode';
import { ServerProcess } from './support/server-process';
import { productEvent } from './support/test-app';

const WEBHOOK = '/api/integrations/woocommerce/webhook/';

describeIn('embedded', 'the command is the same on servers', 'npm run reembed', () => {
  let DATA_DIR: string;
  let fake: FakeOpenAi;
  let server: ServerProcess | undefined;
  beforeAll(async () => {
    DATA_DIR = await mkdtemp(join(tmpdir(), 'fiko-reembed-'));
    fake = await FakeOpenAi.start();
  });
  afterAll(async () => {
    await server?.stop();
    await fake.stop();
    await rm(DATA_DIR, { recursive: true, force: true });
  });

  const paid = () => ({ DATA_DIR, OPENAI_API_KEY: 'sk-of-this-test', OPENAI_BASE_URL: fake.url });
  const reembed = async (...args: string[]): Promise<[code: number | string, output: string]> => {
    const command = await ServerProcess.spawn(paid(), 'cli.js', ['reembed', ...args]);
    const code = await command.ended();
    return [code, command.stdout + command.stderr];
  };

  it('shows requests, tokens and cost first, and only then has everything embedded', async () => {
    server = await ServerProcess.start({ DATA_DIR });
    const { token } = server;
    for (const [index, name] of ['Wool scarf', 'Silk scarf', 'Wool scarf'].entries()) {
      const event = { ...productEvent(), product: { id: index + 1, name } };
      expect((await server.fetch('POST', WEBHOOK, token, event)).status).toBe(202);
    }
    const health = async () => (await (await server!.fetch('GET', '/health/ready')).json()) as object;
    const state = (body: object) => body as { pending_chunks: number; queued_events: number };
    for (let busy = true; busy;) {
      const { pending_chunks: chunks, queued_events: events } = state(await health());
      busy = chunks + events > 0;
    }
    await server.stop();

    const [code, plan] = await reembed('--dry-run');
    expect([code, plan]).toEqual([0, expect.stringContaining(new LexicalEmbedder().key)]);
    expect(plan).toMatch(/Configured +text-embedding-3-small@1536/);
    expect(plan).toMatch(/Products +3\n/);
    expect(plan).toMatch(/Chunks +3\n/);
    expect(plan).toMatch(/Known already +1\n/);
    expect(plan).toMatch(/To be embedded +2 texts, \d tokens\n/);
    expect(plan).toMatch(/Requests +1\n/);
    expect(plan).toMatch(/Cost +\$0\.00 \(\$0\.02 for a million tokens\)\n/);
    expect(await reembed()).toEqual([1, expect.stringMatching(/no terminal to ask at/)]);

    server = await ServerProcess.start({ ...paid(), SWEEP_INTERVAL_MS: '200' });
    expect(await health()).toMatchObject({ embedder: new LexicalEmbedder().key });
    expect(fake.requests).toEqual([]);
    const [ended, output] = await reembed('--yes');
    expect([ended, output]).toEqual([0, expect.stringContaining('Done: text-embedding-3-small@1536')]);
    expect(fake.requests.flat().sort()).toEqual(['Silk scarf', 'Wool scarf']);
    expect(await health()).toMatchObject({ embedder: 'text-embedding-3-small@1536' });
    expect(await reembed('--yes')).toEqual([0, expect.stringContaining('Nothing to do')]);
    expect(await reembed('--cancel')).toEqual([0, expect.stringContaining('Nothing is being')]);
  }, 120_000);
});
