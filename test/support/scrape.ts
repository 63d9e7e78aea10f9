import type { TestApp } from './test-app';

/** What `/metrics` shows: values by series, written as there. */
export class Scrape {
  readonly series = new Map<string, number>();
  /** By name, of histograms without their endings. */
  readonly types = new Map<string, string>();
  readonly helps = new Map<string, string>();

  constructor(text: string) {
    for (const line of text.split('\n')) {
      const [, kind, name, rest] = /^# (TYPE|HELP) (\S+) (.+)$/.exec(line) ?? [];
      if (kind === 'TYPE') this.types.set(name!, rest!);
      if (kind === 'HELP') this.helps.set(name!, rest!);
      const sample = /^([^#{\s][^{\s]*(?:\{.*\})?) (\S+)$/.exec(line);
      if (sample) this.series.set(sample[1]!, Number(sample[2]));
    }
  }

  static async of(app: TestApp): Promise<Scrape> {
    return new Scrape((await app.get('/metrics')).text);
  }

  /** The value of a series that is there. */
  value(series: string): number {
    const value = this.series.get(series);
    if (value === undefined) throw new Error(`no series ${series}`);
    return value;
  }

  /** Labels by the name of the sample, such as `x_bucket`. */
  labels(): Map<string, Set<string>> {
    const labels = new Map<string, Set<string>>();
    for (const series of this.series.keys()) {
      const [name = ''] = series.split('{');
      const known = labels.get(name) ?? new Set<string>();
      for (const [, label] of series.matchAll(/[{,](\w+)="/g)) known.add(label!);
      labels.set(name, known);
    }
    return labels;
  }

  /** By how much the series that begin so moved since another scrape; those that did not are left out. */
  moved(since: Scrape, ...beginnings: string[]): Record<string, number> {
    return Object.fromEntries(
      [...this.series]
        .filter(([name]) => beginnings.some((beginning) => name.startsWith(beginning)))
        .map(([name, value]) => [name, value - (since.series.get(name) ?? 0)] as const)
        .filter(([, by]) => by !== 0),
    );
  }
}
