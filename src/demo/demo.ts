import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../app';
import { FirstStart } from '../bootstrap/first-start.service';
import { openInstallation } from '../bootstrap/installation';
import { exitWith } from '../bootstrap/process';
import { readConfig } from '../config/config';
import { StartError } from '../config/start-error';
import { DEMO_PRODUCTS, DEMO_QUESTIONS } from './catalogue';
import { DemoClient, type EventTimes } from './demo-client';
import { bold, dim, printTimeline, progress } from './demo-report';

const SITE = 'https://shop.example.com';
const IN_FLIGHT = 8;
const TIMEOUT_MS = 120_000;

interface Server {
  url: string;
  email: string;
  password: string;
  stop(): Promise<void>;
}

/** Follows a small catalogue from the shop to the answer, and prints each step with its time. */
export async function demo(options: {
  url: string | undefined;
  email: string | undefined;
  password: string | undefined;
}): Promise<void> {
  const server = options.url === undefined ? await startOwnServer() : existingServer(options);
  try {
    await run(server);
  } finally {
    await server.stop();
  }
}

function existingServer({ url, email, password }: Parameters<typeof demo>[0]): Server {
  if (!email || !password)
    throw new StartError('With --url, the demo needs --email and --password of a user.');
  return { url: url!.replace(/\/+$/, ''), email, password, stop: () => Promise.resolve() };
}

async function startOwnServer(): Promise<Server> {
  process.stdout.write('Starting a server with a database of its own …\n');
  const folder = await mkdtemp(join(tmpdir(), 'fiko-demo-'));
  const password = 'demo-password';
  const config = readConfig({
    DATA_DIR: folder,
    LOG_LEVEL: 'error',
    ADMIN_EMAIL: 'demo@example.com',
    ADMIN_PASSWORD: password,
  });
  const installation = await openInstallation(config, exitWith);
  const app = await createApp({ config, ...installation });
  await app.listen(0, '127.0.0.1');
  const access = await app.get(FirstStart).run();
  return {
    url: await app.getUrl(),
    email: access!.email,
    password,
    async stop() {
      await app.close();
      await installation.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function run({ url, email, password }: Server): Promise<void> {
  const client = new DemoClient(url);
  await client.logIn(email, password);
  const token = await client.generateToken(`Demo ${new Date().toISOString()}`, SITE);
  process.stdout.write(`Server ${url}, a token for ${SITE} generated.\n\n`);

  const runId = Date.now().toString(36);
  const events = DEMO_PRODUCTS.map((product) => ({
    event_id: `demo_${runId}_${product.id}`,
    event_type: 'product.created',
    occurred_at: new Date().toISOString(),
    store: { url: SITE },
    product,
  }));
  const posted = await postAll(client, token, events);
  const times = await followUntilSearchable(
    client,
    events.map(({ event_id: id }) => id),
  );
  const listed = await client.timed(() => client.products('page_size=1'));
  const searched = await client.timed(() => client.search(DEMO_PRODUCTS[0]!.name, 1));
  printTimeline({
    posted,
    times,
    listedMs: listed.ms,
    searchedMs: searched.ms,
    products: listed.value.count,
  });

  await showLists(client);
  await showQuestions(client);
}

async function postAll(
  client: DemoClient,
  token: string,
  events: { event_id: string }[],
): Promise<Awaited<ReturnType<DemoClient['postEvent']>>[]> {
  const results: Awaited<ReturnType<DemoClient['postEvent']>>[] = [];
  const waiting = [...events];
  const shopper = async (): Promise<void> => {
    for (let event = waiting.shift(); event; event = waiting.shift()) {
      results.push(await client.postEvent(token, event));
      progress('posted', results.length, events.length);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, shopper));
  process.stdout.write('\n');
  return results;
}

async function followUntilSearchable(client: DemoClient, eventIds: string[]): Promise<EventTimes[]> {
  const deadline = Date.now() + TIMEOUT_MS;
  for (;;) {
    const times = await client.eventTimes(eventIds);
    const failed = times.filter(({ status }) => status === 'failed');
    if (failed.length > 0) throw new Error(`${failed.length} events failed: ${failed[0]!.error}`);
    const searchable = times.filter(({ searchableAt }) => searchableAt !== null).length;
    progress('searchable', searchable, eventIds.length);
    if (searchable === eventIds.length) {
      process.stdout.write('\n\n');
      return times;
    }
    if (Date.now() > deadline) throw new Error(`only ${searchable} of ${eventIds.length} became searchable`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function showLists(client: DemoClient): Promise<void> {
  const stats = await client.stats();
  process.stdout.write(`\n${bold('Listed')}  ${JSON.stringify(stats)}\n`);
  for (const [title, query] of [
    ['On sale, dearest first', 'has_discount=true&ordering=-price&page_size=3'],
    ['Out of stock', 'in_stock=false&page_size=3'],
    ['1 to 5 million toman, in stock', 'min_price=1000000&max_price=5000000&in_stock=true&page_size=3'],
    ['Words “کفش”', `search=${encodeURIComponent('کفش')}&page_size=3`],
  ] as const) {
    const page = await client.products(query);
    process.stdout.write(`\n${bold(title)} ${dim(`${page.count} products`)}\n`);
    for (const product of page.results) {
      process.stdout.write(
        `  ${product.title} ${dim(`${product.price} ${product.currency}${product.has_discount ? `, was ${product.original_price}` : ''}${product.in_stock ? '' : ', out of stock'}`)}\n`,
      );
    }
  }
}

async function showQuestions(client: DemoClient): Promise<void> {
  process.stdout.write(`\n${bold('Asked')}\n`);
  for (const { question, expected_id: expected } of DEMO_QUESTIONS) {
    const { value, ms } = await client.timed(() => client.search(question, 3));
    const [best] = value.results;
    const mark = best?.product.external_id === `woo_${expected}` ? '✓' : '✗';
    const answer = best
      ? `${best.product.title} ${dim(`${best.product.price} ${best.product.currency}`)}`
      : 'nothing';
    process.stdout.write(`  ${mark} ${question}\n    ${answer} ${dim(`${ms.toFixed(0)} ms`)}\n`);
  }
  process.stdout.write('\n');
}
