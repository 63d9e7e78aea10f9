/** As much of a text, and as many items of a list, as say what was asked for. */
const MAX_TEXT = 300;
const MAX_ITEMS = 100;

/**
 * The named fields of what a client sent, before anything has checked it, as the log can hold them: PostgreSQL's jsonb
 * refuses NUL and halves of surrogate pairs, and nobody shall fill the log.
 */
export function detailsOf(names: readonly string[], ...sources: readonly unknown[]): Record<string, unknown> {
  const details: Record<string, unknown> = {};
  for (const name of names) {
    const source = sources.find((each) => isRecord(each) && Object.hasOwn(each, name));
    if (!isRecord(source)) continue;
    const value = recordable(source[name]);
    if (value !== undefined) details[name] = value;
  }
  return details;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function recordable(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map(scalar);
  return value === undefined ? undefined : scalar(value);
}

/** Null for what has a structure: no field that is recorded should have one. */
function scalar(value: unknown): string | number | boolean | null {
  if (typeof value === 'string')
    return value
      .replace(/\0|\p{Cs}/gu, '')
      .slice(0, MAX_TEXT)
      .replace(/\p{Cs}/gu, '');
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  return null;
}
