import type { Finding, Group, Verdict } from './finding';

const SIGNS: Record<Verdict, string> = { ok: '✓', warning: '!', fault: '✗', skipped: '-' };
const WIDEST_TITLE = 26;

export interface Summary {
  ok: number;
  warnings: number;
  faults: number;
  not_checked: number;
}

export function summarise(groups: readonly Group[]): Summary {
  const count = (verdict: Verdict) =>
    groups.flatMap(({ findings }) => findings).filter((finding) => finding.verdict === verdict).length;
  return {
    ok: count('ok'),
    warnings: count('warning'),
    faults: count('fault'),
    not_checked: count('skipped'),
  };
}

/** For people: a line for each finding, below it what mends it, and at the end how many of each kind. */
export function asText(groups: readonly Group[]): string {
  const titles = groups.flatMap(({ findings }) => findings).map(({ title }) => title.length);
  const width = Math.min(WIDEST_TITLE, Math.max(...titles, 0));
  const blocks = groups
    .filter(({ findings }) => findings.length > 0)
    .map(({ name, findings }) => [name, ...findings.flatMap((one) => linesOf(one, width))].join('\n'));
  return `${[...blocks, summaryLine(summarise(groups))].join('\n\n')}\n`;
}

function linesOf({ verdict, title, value, mend }: Finding, width: number): string[] {
  const line = `  ${SIGNS[verdict]} ${title.padEnd(width)}  ${value}`;
  return mend === undefined ? [line] : [line, `    ${' '.repeat(width)}  → ${mend}`];
}

function summaryLine({ ok, warnings, faults, not_checked }: Summary): string {
  const several = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  return `${ok} ok, ${several(warnings, 'warning')}, ${several(faults, 'fault')}, ${not_checked} not checked.`;
}

/** Each secret replaced, wherever it stands: a driver or a service may repeat one in its message. */
export function withoutSecrets(groups: readonly Group[], secrets: readonly string[]): Group[] {
  const clean = (text: string) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  return groups.map(({ name, findings }) => ({
    name,
    findings: findings.map(({ value, mend, ...rest }) => ({
      ...rest,
      value: clean(value),
      ...(mend !== undefined && { mend: clean(mend) }),
    })),
  }));
}

/** An address without user and password; of one that is none, nothing. */
export function masked(address: string): string {
  try {
    const url = new URL(address);
    return `${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`;
  } catch {
    return '(not an address)';
  }
}
