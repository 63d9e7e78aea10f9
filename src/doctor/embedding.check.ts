import { Embedders } from '../knowledge/embedding/embedders';
import { CHUNKER_VERSION } from '../knowledge/documents/chunker';
import { inDatabase, type Check } from './check';
import type { EmbeddingProbe } from './embedding-probe';
import { fault, ok, skipped, warning, type Finding } from './finding';
import { masked } from './report';
import { duration, number } from './values';

export const embeddingServiceCheck: Check = {
  group: 'Embedding service',
  async run({ config, offline, probe, inspection }) {
    const { apiKey, baseUrl, model } = config.embedding;
    const embedder = new Embedders(config).configured;
    if (apiKey === null) {
      return [ok('Embedder', 'local: by words, not by meaning (no OPENAI_API_KEY)')];
    }
    const address = masked(baseUrl ?? 'https://api.openai.com/v1');
    const configured = ok('Embedder', `${embedder.key} of ${address}`);
    if (offline) return [configured, skipped('Call', '--offline')];
    const answer = (await probe)!;
    return [
      configured,
      probeFinding(answer, { model, dimensions: embedder.dimensions, address, proxies: inspection.proxies }),
    ];
  },
};

export interface Expected {
  model: string;
  dimensions: number;
  address: string;
  /** Names of variables that tell of a proxy. */
  proxies: readonly string[];
}

/** What a call came to, and whose it is to mend. */
export function probeFinding(probe: EmbeddingProbe, expected: Expected): Finding {
  const { status, type, code, dimensions, latencyMs, complaint } = probe;
  const { model, address } = expected;
  if (status === null) return unreachable(probe, expected);
  const answered = (what: string) => `${status}: ${what}`;
  if (status === 407 || /text\/html/.test(type)) {
    return fault(
      'Call',
      answered(`a proxy answers in the place of ${address}`),
      'let the proxy pass these calls, or correct OPENAI_BASE_URL (most end in /v1)',
    );
  }
  if (dimensions !== null && dimensions !== expected.dimensions) {
    return fault(
      'Call',
      `${model} sends ${dimensions} dimensions, and ${expected.dimensions} are configured`,
      `EMBEDDING_DIMENSIONS=${dimensions}, then npm run reembed`,
    );
  }
  if (complaint === null) return ok('Call', `answers in ${duration(latencyMs)}, ${dimensions} dimensions`);
  switch (status) {
    case 401:
      return fault(
        'Call',
        answered('the key is refused'),
        'OPENAI_API_KEY=<a valid key>, and restart all processes',
      );
    case 403:
      return fault(
        'Call',
        answered('the key may not do this, or the service does not serve this country'),
        'give the key the permission for embeddings, or set OPENAI_BASE_URL to another service',
      );
    case 404:
      return fault(
        'Call',
        answered(`there is no model ${model} at ${address}`),
        'correct EMBEDDING_MODEL, or OPENAI_BASE_URL (most end in /v1)',
      );
    case 429:
      return code === 'insufficient_quota'
        ? fault(
            'Call',
            answered('the quota is used up'),
            'raise it, or pay, at the service; what waits is embedded by itself then',
          )
        : warning(
            'Call',
            answered('too many requests just now'),
            'lower EMBEDDING_CONCURRENCY, or raise EMBEDDING_BATCH_SIZE, if it stays so',
          );
    default:
      return status >= 500
        ? warning(
            'Call',
            answered('the service has a fault of its own'),
            'nothing here: what waits is tried again by itself',
          )
        : fault(
            'Call',
            complaint,
            'correct EMBEDDING_MODEL and EMBEDDING_DIMENSIONS: not every model takes a length',
          );
  }
}

function unreachable({ reason }: EmbeddingProbe, { address, proxies }: Expected): Finding {
  const value = `${address} cannot be reached (${reason ?? 'no answer'})`;
  if (/CERT|SIGNED|TLS|SSL/.test(reason ?? '')) {
    return fault(
      'Call',
      value,
      'see to the clock, or add the CA of the proxy between by NODE_EXTRA_CA_CERTS',
    );
  }
  if (proxies.length > 0) {
    return fault(
      'Call',
      `${value}; ${proxies.join(', ')} is set, which Node.js does not heed by itself`,
      'NODE_USE_ENV_PROXY=1 on Node.js 24, or a way past the proxy',
    );
  }
  return fault('Call', value, 'correct OPENAI_BASE_URL, or open the firewall to it');
}

export interface ChunkFacts {
  pending: number;
  failed: number;
  /** Why the last attempt of those that wait came to nothing. */
  message: string | null;
  /** Products whose chunks could not be made yet, for reasons of their own. */
  unmade: number;
  /** Of the last of them. */
  unmadeReason: string | null;
}
export interface GenerationFacts {
  state: 'active' | 'building';
  embedder: string;
  chunker: number;
}

export const embeddingsCheck = inDatabase('Embeddings', async (database, { config }) => {
  const chunks = await database.one<ChunkFacts>(
    `WITH live AS (SELECT id FROM generations WHERE state IN ('active', 'building'))
     SELECT (SELECT count(*)::int FROM chunks WHERE status = 'pending' AND generation IN (SELECT id FROM live))
              + (SELECT count(*)::int FROM due_knowledge) AS pending,
            (SELECT count(*)::int FROM chunks WHERE status = 'failed' AND generation IN (SELECT id FROM live)) AS failed,
            (SELECT error_message FROM chunks
              WHERE status = 'pending' AND error_message IS NOT NULL AND generation IN (SELECT id FROM live)
              ORDER BY next_attempt_at DESC LIMIT 1) AS message,
            (SELECT count(*)::int FROM due_knowledge WHERE attempts > 0) AS unmade,
            (SELECT error_message FROM due_knowledge WHERE attempts > 0
              ORDER BY next_attempt_at DESC LIMIT 1) AS "unmadeReason"`,
  );
  const generations = await database.query<GenerationFacts>(
    `SELECT state, embedder, chunker FROM generations WHERE state IN ('active', 'building') ORDER BY state`,
  );
  const { key } = new Embedders(config).configured;
  return [...generationFindings(generations, key, CHUNKER_VERSION), ...chunkFindings(chunks)];
});

export function generationFindings(
  generations: readonly GenerationFacts[],
  configured: string,
  chunker: number,
): Finding[] {
  const active = generations.find(({ state }) => state === 'active');
  const building = generations.find(({ state }) => state === 'building');
  if (!active) return [ok('Stored', 'none yet')];
  if (building) {
    return [ok('Stored', `${building.embedder} is being made, ${active.embedder} answers until then`)];
  }
  if (active.embedder !== configured) {
    return [
      warning(
        'Stored',
        `${active.embedder}, and ${configured} is configured`,
        'npm run reembed (-- --dry-run shows the cost)',
      ),
    ];
  }
  if (active.chunker !== chunker) {
    return [
      warning(
        'Stored',
        `${active.embedder}, of texts that another version cut`,
        'npm run reembed (-- --dry-run shows the cost)',
      ),
    ];
  }
  return [ok('Stored', `${active.embedder}, as configured`)];
}

export function chunkFindings({ pending, failed, message, unmade, unmadeReason }: ChunkFacts): Finding[] {
  return [
    message === null
      ? ok('Pending chunks', number(pending))
      : warning(
          'Pending chunks',
          `${number(pending)}; the last attempt: ${message}`,
          'mend what it says; they are tried again by themselves: docs/troubleshooting.md#embeddings-are-stuck',
        ),
    failed === 0
      ? ok('Failed chunks', '0')
      : warning(
          'Failed chunks',
          number(failed),
          'reasons: /admin/knowledge or GET /api/v1/web-knowledge/chunks/?status=failed; then POST /api/v1/web-knowledge/chunks/retry/',
        ),
    ...(unmade === 0
      ? []
      : [
          warning(
            'Texts not made',
            `of ${number(unmade)} products; the last: ${unmadeReason}`,
            'the log names the products; they are tried again by themselves: docs/troubleshooting.md#embeddings-are-stuck',
          ),
        ]),
  ];
}
