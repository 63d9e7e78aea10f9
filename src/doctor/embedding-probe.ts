import type { Config } from '../config/config';
import { OpenAiEmbedder } from '../knowledge/embedding/openai.embedder';

/** What came of one call of the embedding service. */
export interface EmbeddingProbe {
  /** Of the answer; null where there was none. */
  status: number | null;
  /** Its `content-type`. */
  type: string;
  /** The code that the service gives its error, such as `insufficient_quota`. */
  code: string | null;
  /** Numbers in the vector that came; null where none did. */
  dimensions: number | null;
  latencyMs: number;
  /** What its `Date` says is ahead of this machine's clock; null where it says nothing. */
  clockOffsetMs: number | null;
  /** Why there was no answer: a system's code. */
  reason: string | null;
  /** What the embedder says of it; null where it took the vector. */
  complaint: string | null;
}

const TEXT = 'کفش';
const TIMEOUT_MS = 10_000;

/** Embeds one word, exactly as a worker would. Null where the configuration asks for no service. */
export async function probeEmbeddings({ embedding }: Config): Promise<EmbeddingProbe | null> {
  const { apiKey } = embedding;
  if (apiKey === null) return null;
  const probe: EmbeddingProbe = {
    status: null,
    type: '',
    code: null,
    dimensions: null,
    latencyMs: 0,
    clockOffsetMs: null,
    reason: null,
    complaint: null,
  };
  const started = performance.now();
  const embedder = new OpenAiEmbedder({ ...embedding, apiKey }, async (input, init) => {
    const sentAt = Date.now();
    try {
      const response = await fetch(input, init);
      await read(probe, response.clone(), (sentAt + Date.now()) / 2);
      return response;
    } catch (error) {
      probe.reason = deepestCode(error);
      throw error;
    }
  });
  try {
    await embedder.embed([TEXT], { timeoutMs: TIMEOUT_MS });
  } catch (error) {
    probe.complaint = (error as Error).message;
  }
  probe.latencyMs = performance.now() - started;
  return probe;
}

async function read(probe: EmbeddingProbe, response: Response, midway: number): Promise<void> {
  probe.status = response.status;
  probe.type = response.headers.get('content-type') ?? '';
  const date = Date.parse(response.headers.get('date') ?? '');
  // It has whole seconds, cut off: half of one is their mean.
  if (Number.isFinite(date)) probe.clockOffsetMs = date + 500 - midway;
  const body = (await response.json().catch(() => null)) as {
    error?: { code?: unknown; type?: unknown };
    data?: { embedding?: unknown }[];
  } | null;
  const code = body?.error?.code ?? body?.error?.type;
  if (typeof code === 'string') probe.code = code;
  const vector = body?.data?.[0]?.embedding;
  if (typeof vector === 'string') probe.dimensions = Buffer.from(vector, 'base64').length / 4;
  if (Array.isArray(vector)) probe.dimensions = vector.length;
}

/** `fetch failed` has what happened in its cause. */
function deepestCode(error: unknown): string {
  const { cause, code, name, errors } = error as {
    cause?: unknown;
    code?: unknown;
    name?: string;
    errors?: unknown[];
  };
  if (typeof code === 'string') return code;
  if (cause !== undefined) return deepestCode(cause);
  if (errors?.[0]) return deepestCode(errors[0]);
  return name === 'AbortError' || name === 'TimeoutError'
    ? `no answer within ${TIMEOUT_MS / 1000} s`
    : String(name);
}
