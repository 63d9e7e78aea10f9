import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AccountsService } from '../accounts/accounts.service';
import { createApp } from '../app';
import { openInstallation } from '../bootstrap/installation';
import { exitWith } from '../bootstrap/process';
import { loadConfigOfOwn } from '../config/config';
import { StartError } from '../config/start-error';
import { readProductEvent } from '../contract/product-event';
import { EventIntake } from '../integrations/events/event-intake.service';
import { incomingEvent } from '../integrations/events/incoming-event';
import { TokenAuthenticator } from '../integrations/tokens/token-authenticator.service';
import { TokensService } from '../integrations/tokens/tokens.service';
import { normalizeFully } from '../knowledge/language/normalizer';
import type { SearchMethod } from '../knowledge/search/knowledge-search.service';
import { ProductsService } from '../web-knowledge/products.service';
import { average, judge, type Judgement, type Quality } from './metrics';

export interface EvaluationOptions {
  products: string | undefined;
  queries: string | undefined;
  json: boolean;
  verbose: boolean;
}

interface JudgedQuery {
  q: string;
  kind: string;
  /** Grade by product id; nothing of the catalogue answers a query without any. */
  relevant: Record<string, number>;
}

type MethodReport = Omit<Quality, 'queries'> & { by_kind: Record<string, Quality> };

interface Refusals {
  refused: number;
  of: number;
}

const METHODS = ['hybrid', 'lexical', 'vector'] as const satisfies SearchMethod[];
const NEGATIVE = 'negative';
const LOAD_TIMEOUT_MS = 30 * 60_000;
const LIMIT = 10;

/**
 * Loads a catalogue into a database of its own, asks judged questions, and prints how good the answers are: by
 * method, by kind of question, with and without the normaliser. @throws StartError for files that cannot be read
 */
export async function evaluate(options: EvaluationOptions): Promise<void> {
  if (!options.products || !options.queries) {
    throw new StartError('The evaluation needs --products FILE and --queries FILE (JSON Lines).');
  }
  const products = await readLines(options.products);
  const queries = (await readLines(options.queries)).map(({ value, line }) =>
    toQuery(value, `${options.queries}, line ${line}`),
  );
  const say = (sentence: string) => void process.stderr.write(`${sentence}\n`);
  const report = await run(products, queries, options, say);
  normalizeFully(false);
  say('Once more, without the normaliser …');
  const plain = await run(products, queries, { ...options, verbose: false }, say).finally(() =>
    normalizeFully(true),
  );
  if (options.json) {
    const whole = { ...report, without_normalizer: plain };
    process.stdout.write(`${JSON.stringify(whole, null, 2)}\n`);
  } else {
    process.stdout.write(table(report, plain));
  }
}

type Report = Record<(typeof METHODS)[number], MethodReport> & { negatives: Refusals };

async function run(
  products: Line[],
  queries: JudgedQuery[],
  options: EvaluationOptions,
  say: (sentence: string) => void,
): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'fiko-evaluation-'));
  const config = loadConfigOfOwn({ DATA_DIR: folder, LOG_LEVEL: 'error' });
  const installation = await openInstallation(config, exitWith);
  const app = await createApp({ config, ...installation });
  try {
    await app.init();
    const userId = await load(app, products, options.products!, say);
    const search = app.get(ProductsService);
    const report: Partial<Report> = {};
    const negatives: Refusals = { refused: 0, of: 0 };
    for (const method of METHODS) {
      const found = new Map<JudgedQuery, Judgement>();
      for (const query of queries) {
        const answer = await search.search(userId, { q: query.q, limit: LIMIT }, method);
        const ids = answer.results.map(({ product }) => product.externalId.replace(/^woo_/, ''));
        if (query.kind === NEGATIVE) {
          if (method === 'hybrid') {
            negatives.of += 1;
            if (ids.length === 0) negatives.refused += 1;
          }
        } else found.set(query, judge(ids, query.relevant));
        if (options.verbose) {
          const result = found.get(query);
          const missed = result ? result.ndcg10 < 0.9 : ids.length > 0;
          if (missed) {
            say(`${method} ${query.kind} ${result?.ndcg10.toFixed(2) ?? 'answered'}  ${query.q}`);
            for (const { product, hit } of answer.results.slice(0, 6)) {
              const id = product.externalId.replace(/^woo_/, '');
              const { combined, lexical, vector } = hit.scores;
              say(
                `    ${query.relevant[id] ?? '-'} ${id} ${product.title}  ${combined.toFixed(4)} words ${lexical.toFixed(2)} vector ${vector?.toFixed(2) ?? '-'}`,
              );
            }
          }
        }
      }
      report[method] = summarize(found);
    }
    return { ...(report as Report), negatives };
  } finally {
    await app.close();
    await installation.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Takes the products in as events of a shop, and waits until all are searchable. */
async function load(
  app: INestApplicationContext,
  products: Line[],
  file: string,
  say: (sentence: string) => void,
): Promise<number> {
  const user = await app
    .get(AccountsService)
    .create({ email: 'evaluation@example.com', username: undefined, password: randomUUID(), isStaff: false });
  const { secret } = await app
    .get(TokensService)
    .generate(user, { integration_type: 'woocommerce', name: 'Evaluation' });
  const confirm = () => app.get(TokenAuthenticator).authenticate(secret, '127.0.0.1');
  const identity = await confirm();
  const intake = app.get(EventIntake);
  const origin = { address: '127.0.0.1', userAgent: undefined, requestId: randomUUID(), sentAt: null };
  for (const { value, line } of products) {
    const body = { event_id: randomUUID(), event_type: 'product.created', product: value };
    const { event, errors } = readProductEvent(body);
    if (!event) {
      const reasons = errors.map(({ field, message }) => `${field} (${message})`).join(', ');
      throw new StartError(`${file}, line ${line}: ${reasons}`);
    }
    await intake.accept(identity, [incomingEvent(event, JSON.stringify(body))], origin, confirm);
  }
  const dataSource = app.get(DataSource);
  const deadline = Date.now() + LOAD_TIMEOUT_MS;
  for (let shownAt = Date.now(); ;) {
    const [row] = await dataSource.query<
      { queued: number; failed: number; pending: number; refused: number }[]
    >(
      `SELECT (SELECT count(*) FROM events WHERE status = 'queued') AS queued,
              (SELECT count(*) FROM events WHERE status = 'failed') AS failed,
              (SELECT count(*) FROM chunks WHERE status = 'pending') AS pending,
              (SELECT count(*) FROM chunks WHERE status = 'failed') AS refused`,
    );
    const { queued, failed, pending, refused } = row!;
    if (failed > 0) throw new StartError(`${failed} products could not be processed.`);
    if (queued + pending === 0) {
      say(
        `${products.length} products loaded${refused > 0 ? `, ${refused} texts refused by the embedding service` : ''}.`,
      );
      return user.id;
    }
    if (Date.now() > deadline) throw new StartError('The catalogue did not become searchable in time.');
    if (Date.now() - shownAt > 5000) {
      say(`${queued} products and ${pending} texts still wait …`);
      shownAt = Date.now();
    }
    await sleep(50);
  }
}

function summarize(judged: Map<JudgedQuery, Judgement>): MethodReport {
  const kinds = [...new Set([...judged.keys()].map(({ kind }) => kind))];
  const { recall_5, ndcg_10, mrr } = average([...judged.values()]);
  return {
    ndcg_10,
    recall_5,
    mrr,
    by_kind: Object.fromEntries(
      kinds.map((kind) => [
        kind,
        average([...judged].filter(([query]) => query.kind === kind).map(([, judgement]) => judgement)),
      ]),
    ),
  };
}

function table(report: Report, plain: Report): string {
  const lines: string[] = [];
  const cell = (value: number) => value.toFixed(3).padStart(8);
  const row = (name: string, { recall_5: recall, ndcg_10: ndcg, mrr }: Omit<Quality, 'queries'>) =>
    lines.push(`  ${name.padEnd(24)}${cell(recall)}${cell(ndcg)}${cell(mrr)}`);
  for (const method of METHODS) {
    const { by_kind: kinds, ...overall } = report[method];
    lines.push('', `${method.padEnd(26)}recall@5 nDCG@10     MRR`);
    for (const [kind, quality] of Object.entries(kinds)) row(`${kind} (${quality.queries})`, quality);
    row('all', overall);
    row('all, no normaliser', plain[method]);
  }
  const { refused, of } = report.negatives;
  lines.push('', `negatives answered with nothing: ${refused} of ${of}`, '');
  return lines.join('\n');
}

interface Line {
  value: unknown;
  line: number;
}

async function readLines(file: string): Promise<Line[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new StartError(`${file} cannot be read: ${(error as Error).message}`);
  }
  const lines = text.split('\n').flatMap((content, index) => {
    if (content.trim() === '') return [];
    try {
      return [{ value: JSON.parse(content) as unknown, line: index + 1 }];
    } catch {
      throw new StartError(`${file}, line ${index + 1} is not JSON.`);
    }
  });
  if (lines.length === 0) throw new StartError(`${file} is empty.`);
  return lines;
}

function toQuery(value: unknown, place: string): JudgedQuery {
  const { q, kind, relevant } = (value ?? {}) as Record<string, unknown>;
  if (
    typeof q !== 'string' ||
    typeof kind !== 'string' ||
    typeof relevant !== 'object' ||
    relevant === null
  ) {
    throw new StartError(`${place}: a query has q, kind and relevant.`);
  }
  for (const [id, grade] of Object.entries(relevant)) {
    if (![1, 2, 3].includes(grade as number))
      throw new StartError(`${place}: the grade of product ${id} is not 1, 2 or 3.`);
  }
  return { q, kind, relevant: relevant as Record<string, number> };
}
