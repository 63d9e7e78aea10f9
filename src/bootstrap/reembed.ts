import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import type { Config } from '../config/config';
import { StartError } from '../config/start-error';
import { dataSourceOptions } from '../database/data-source';
import type { Embedder } from '../knowledge/embedding/embedder';
import { MAX_REQUEST_TOKENS } from '../knowledge/embedding/embedding-queue.service';
import { Embedders } from '../knowledge/embedding/embedders';
import {
  Generations,
  type BuildEstimate,
  type BuildProgress,
} from '../knowledge/embedding/generations.service';
import { visitInstallation } from './installation';
import { ask } from './terminal';

export interface ReembedOptions {
  dryRun: boolean;
  yes: boolean;
  cancel: boolean;
}

const PROGRESS_MS = process.stdout.isTTY ? 1000 : 5000;
/** Without any progress for so long, something is missing that the one who waits can see to. */
const STALLED_MS = 60_000;

const number = new Intl.NumberFormat('en');
const say = (sentence: string): void => void process.stdout.write(`${sentence}\n`);

/**
 * Shows what embedding everything with the configured model asks of the service, has it begun, and follows it. The
 * workers do it; the embeddings that stand go on answering until the new ones are whole. @throws StartError
 */
export async function reembed(config: Config, options: ReembedOptions): Promise<void> {
  const installation = await visitInstallation(config);
  const dataSource = await new DataSource(dataSourceOptions(installation.databaseUrl)).initialize();
  try {
    const embedders = new Embedders(config);
    const generations = new Generations(dataSource, embedders);
    if (options.cancel) {
      const cancelled = await generations.cancel();
      say(cancelled ? 'Cancelled: what stands goes on answering.' : 'Nothing is being embedded anew.');
      return;
    }
    if (!(await begun(generations, embedders.configured, options))) return;
    if (installation.exclusive)
      say('It begins when the server is started (npm start), and goes on by itself.');
    else await follow(generations);
  } finally {
    await dataSource.destroy();
    await installation.close();
  }
}

/** @returns whether a generation as configured is being built now */
async function begun(generations: Generations, to: Embedder, options: ReembedOptions): Promise<boolean> {
  const [active, building] = await Promise.all([generations.active(), generations.building()]);
  if (building && !generations.isAsConfigured(building)) {
    throw new StartError(
      `Embeddings by ${building.key} are being made, another model than the configured ${to.key}. Give them up with: npm run reembed -- --cancel`,
    );
  }
  if (building) {
    say(`Embeddings by ${to.key} are being made already.`);
    return !options.dryRun;
  }
  if (!active || generations.isAsConfigured(active)) {
    say(`Nothing to do: the embeddings are those of the configured ${to.key}.`);
    return false;
  }
  const from = active.key === to.key ? `${active.key}, of texts that an older version cut` : active.key;
  say(plan(from, to, await generations.estimate()));
  if (options.dryRun) return false;
  if (!options.yes && !/^y(es)?$/i.test((await ask('Go on? [y/N] (--yes goes on unasked) ')).trim())) {
    say('Nothing was begun.');
    return false;
  }
  await generations.begin();
  return true;
}

function plan(from: string, to: Embedder, estimate: BuildEstimate): string {
  const { products, chunks, tokens, spared, exact } = estimate;
  const about = exact ? '' : 'about ';
  const texts = chunks - spared;
  const requests = Math.max(Math.ceil(texts / to.batchSize), Math.ceil(tokens / MAX_REQUEST_TOKENS));
  const price = to.pricePerMillionTokens;
  const cost =
    price === null
      ? 'unknown: no price of this model is known here'
      : price === 0
        ? 'nothing: it runs in the server'
        : `${about}$${((tokens / 1e6) * price).toFixed(2)} ($${price} for a million tokens)`;
  const lines: [string, string][] = [
    ['Embeddings now', from],
    ['Configured', to.key],
    ['Products', number.format(products)],
    ['Chunks', `${about}${number.format(chunks)}`],
    ['Known already', number.format(spared)],
    ['To be embedded', `${about}${number.format(texts)} texts, ${number.format(tokens)} tokens`],
    ['Requests', `${about}${number.format(requests)}`],
    ['Cost', cost],
  ];
  return [
    ...lines.map(([name, value]) => `${name.padEnd(16)}${value}`),
    'What stands goes on answering until the new embeddings are whole.',
  ].join('\n');
}

async function follow(generations: Generations): Promise<void> {
  say('The workers embed; this only watches, and may be ended with Ctrl+C.');
  let before = '';
  let since = Date.now();
  for (;;) {
    const progress = await generations.progress();
    if (!progress) break;
    const now = line(progress);
    if (now !== before) {
      process.stdout.write(process.stdout.isTTY ? `\r${now}\x1b[K` : `${now}\n`);
      [before, since] = [now, Date.now()];
    } else if (Date.now() - since > STALLED_MS) {
      since = Date.now();
      say(`${process.stdout.isTTY ? '\n' : ''}${hint(progress)}`);
    }
    await sleep(PROGRESS_MS);
  }
  if (process.stdout.isTTY) say('');
  const active = await generations.active();
  if (!active || !generations.isAsConfigured(active)) throw new StartError('Given up before it was whole.');
  say(`Done: ${active.key} answers from now on.`);
}

const line = ({ products, chunks }: BuildProgress): string =>
  `products ${number.format(products.done)}/${number.format(products.of)}, ` +
  `chunks embedded ${number.format(chunks.embedded)}/${number.format(chunks.of)}` +
  (chunks.failed > 0 ? `, refused ${number.format(chunks.failed)}` : '');

const hint = ({ chunks }: BuildProgress): string =>
  chunks.failed > 0
    ? 'No progress: the embedding service refused too many texts. GET /api/v1/web-knowledge/chunks/?status=failed says why.'
    : 'No progress: is a worker running, with the same OPENAI_API_KEY? GET /health/ready says what the service answers.';
