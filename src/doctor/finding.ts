export type Verdict = 'ok' | 'warning' | 'fault' | 'skipped';

/** What one check has to say of one thing. */
export interface Finding {
  verdict: Verdict;
  title: string;
  /** What was measured; of a skipped one, why it was not. */
  value: string;
  /** The command or the setting that mends it. */
  mend?: string;
}

/** Findings under one heading. */
export interface Group {
  name: string;
  findings: Finding[];
}

export const ok = (title: string, value: string): Finding => ({ verdict: 'ok', title, value });
export const warning = (title: string, value: string, mend: string): Finding => ({
  verdict: 'warning',
  title,
  value,
  mend,
});
export const fault = (title: string, value: string, mend: string): Finding => ({
  verdict: 'fault',
  title,
  value,
  mend,
});
/** What could not be looked at, or was not to be. */
export const skipped = (title: string, why: string): Finding => ({ verdict: 'skipped', title, value: why });
