import type { Machine } from './support/machine';

/** One line of a table: what was measured, against what, and what it should be. */
export interface Line {
  /** Stable, such as `intake.rate`. */
  id: string;
  what: string;
  /** With its unit, such as `10,900 requests/s`; absolute figures hold for this machine only. */
  product: string;
  baseline?: string;
  /** The product's figure divided by the baseline's in the same round, as the rounds gave it; or its own figure where there is no baseline. */
  ratio?: { median: number; least: number; greatest: number };
  /** In words, such as `at least 2.0`. */
  goal?: string;
  isMet?: boolean;
}

export interface Result {
  lines: Line[];
  /** Sentences of Markdown that stand below the table. */
  notes?: string[];
  /** Files beside docs/benchmarks.md, such as pictures: name to content. */
  files?: Record<string, string>;
}

export interface Options {
  rounds: number;
  /** Less of everything, to see that it works. What it measures is not written down. */
  isQuick: boolean;
  log: (message: string) => void;
}

/** One part of `npm run bench`. */
export interface Scenario {
  name: string;
  title: string;
  /** Takes hours, or an hour: only measured where it is named. */
  isLong?: boolean;
  /** How it is measured, in Markdown. */
  about: string;
  /** Servers are started for it alone, and are gone afterwards. */
  run: (machine: Machine, options: Options) => Promise<Result>;
}
