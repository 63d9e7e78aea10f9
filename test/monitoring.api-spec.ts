import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Metrics } from '../src/telemetry/metrics.service';
import { Pair } from './support/pair';
import { parseExpression } from './support/promql';
import { Scrape } from './support/scrape';
import { productEvent, type TestApp } from './support/test-app';

const read = (path: string) => readFileSync(join(__dirname, '..', path), 'utf8');

interface Rule {
  alert: string;
  expr: string;
  for: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}
interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { h: number; w: number; x: number; y: number };
  datasource?: { type: string; uid: string };
  targets?: { refId: string; expr: string; legendFormat: string; datasource: unknown }[];
}
interface Dashboard {
  uid: string;
  title: string;
  templating: { list: { name: string; type: string; query: unknown }[] };
  panels: Panel[];
}
interface Registered {
  name: string;
  help: string;
  type: string;
  labelNames: string[];
}

/** Put on everything by Prometheus itself. */
const OF_PROMETHEUS = ['job', 'instance'];

const docs = read('docs/monitoring.md');
const alerts = parse(read('deploy/prometheus/alerts.yml')) as { groups: { name: string; rules: Rule[] }[] };
const rules = alerts.groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(read('deploy/grafana/fiko.json')) as Dashboard;
const targets = dashboard.panels.flatMap(({ title, targets: all = [] }) =>
  all.map((target) => ({ title, ...target })),
);

/** Label values by label, by the name of a sample. */
let exposed: Map<string, Map<string, Set<string>>>;
let registered: Map<string, Registered>;

/** What of an expression is not there to be asked for. */
function unknownOf(expression: string): string[] {
  const { selectors, grouping } = parseExpression(expression);
  const unknown: string[] = [];
  for (const { name, matchers } of selectors) {
    const labels = name === 'up' ? new Map<string, Set<string>>() : exposed.get(name);
    if (!labels) unknown.push(name);
    for (const { label, value } of matchers) {
      if (!labels || OF_PROMETHEUS.includes(label)) continue;
      if (!labels.has(label)) unknown.push(`${name}{${label}}`);
      else if (value !== null && !labels.get(label)!.has(value)) unknown.push(`${name}{${label}="${value}"}`);
    }
    for (const label of grouping) {
      if (labels && !OF_PROMETHEUS.includes(label) && !labels.has(label)) unknown.push(`${name} by ${label}`);
    }
  }
  return unknown;
}

beforeAll(async () => {
  const pair = await Pair.start();
  const registeredBy = (app: TestApp) =>
    app.nest.get(Metrics).registry.getMetricsAsArray() as unknown as Registered[];
  try {
    const user = await pair.api.createUser();
    const { secret } = await pair.api.createToken(user);
    await pair.api.webhook(secret, productEvent());
    await pair.api.request('GET', '/health/ready');
    await pair.api.idle();
    exposed = new Map();
    for (const app of [pair.api, pair.worker]) {
      for (const series of (await Scrape.of(app)).series.keys()) {
        const [name = ''] = series.split('{');
        const labels = exposed.get(name) ?? new Map<string, Set<string>>();
        exposed.set(name, labels);
        for (const [, label, value] of series.matchAll(/[{,](\w+)="([^"]*)"/g)) {
          labels.set(label!, (labels.get(label!) ?? new Set()).add(value!));
        }
      }
    }
    // Of what has no series while all goes well.
    exposed.get('fiko_http_request_duration_seconds_count')!.get('status')!.add('5xx');
    registered = new Map([pair.api, pair.worker].flatMap(registeredBy).map((each) => [each.name, each]));
  } finally {
    await pair.close();
  }
});

describe('the alerts', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))('%s asks for what there is', (_, { expr }) => {
    expect(unknownOf(expr)).toEqual([]);
  });

  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s says what, and where to read on',
    (name, rule) => {
      expect(Object.keys(rule).sort()).toEqual(['alert', 'annotations', 'expr', 'for', 'labels']);
      expect(rule.for).toMatch(/^\d+[smh]$/);
      expect(['critical', 'warning']).toContain(rule.labels.severity);
      expect(rule.annotations.summary).toMatch(/^\w.+/);
      expect(rule.annotations.description).toMatch(/\.$/);
      expect(rule.annotations.runbook_url).toBe(`docs/monitoring.md#${name.toLowerCase()}`);
      const [, section = ''] = docs.split(`\n### ${name}\n`);
      expect(section.split('\n#')[0]).toContain(`\`\`\`promql\n${rule.expr}\n\`\`\``);
    },
  );

  it('have names of their own, and no section tells of one that is not there', () => {
    const sections = [...docs.matchAll(/^### (Fiko\w+)$/gm)].map(([, name]) => name);
    expect(sections.sort()).toEqual([...new Set(rules.map(({ alert }) => alert))].sort());
    expect(rules.length).toBeGreaterThan(10);
  });
});

describe('the dashboard', () => {
  it.each(targets.map((target) => [`${target.title}: ${target.legendFormat}`, target.expr]))(
    '%s asks for what there is',
    (_, expr) => expect(unknownOf(expr)).toEqual([]),
  );

  it('names in a legend only what its expression leaves', () => {
    for (const { title, expr, legendFormat } of targets) {
      const named = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
      const { selectors, grouping } = parseExpression(expr);
      const left =
        grouping.length > 0 ? grouping : [...exposed.get(selectors[0]!.name)!.keys(), ...OF_PROMETHEUS];
      expect([title, named.filter((label) => !left.includes(label))]).toEqual([title, []]);
    }
  });

  it('takes its data source from a variable', () => {
    expect(dashboard.templating.list).toContainEqual(
      expect.objectContaining({ name: 'datasource', type: 'datasource', query: 'prometheus' }),
    );
    for (const { type, datasource, targets: all = [] } of dashboard.panels) {
      if (type === 'row') continue;
      expect(datasource).toEqual({ type: 'prometheus', uid: '${datasource}' });
      expect(all.length).toBeGreaterThan(0);
      for (const target of all) expect(target.datasource).toEqual(datasource);
      expect(new Set(all.map(({ refId }) => refId)).size).toBe(all.length);
    }
  });

  it('has panels with ids of their own, beside one another', () => {
    const { panels } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      expect(x + w).toBeLessThanOrEqual(24);
      return Array.from({ length: w * h }, (__, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`);
    });
    expect(new Set(cells).size).toBe(cells.length);
  });

  it('shows each metric of the product somewhere, or an alert asks for it', () => {
    const asked = [...targets, ...rules].flatMap(({ expr }) =>
      parseExpression(expr).selectors.map(({ name }) => name.replace(/_(bucket|count|sum)$/, '')),
    );
    const ours = [...registered.keys()].filter((name) => name.startsWith('fiko_'));
    expect(ours.filter((name) => !asked.includes(name))).toEqual([]);
  });
});

describe('the scrape example', () => {
  it('scrapes as the alerts and the dashboard expect it', () => {
    const example = parse(read('deploy/prometheus/prometheus.yml')) as {
      rule_files: string[];
      scrape_configs: { job_name: string; metrics_path: string }[];
    };
    expect(example.rule_files).toEqual(['alerts.yml']);
    expect(example.scrape_configs).toMatchObject([{ job_name: 'fiko', metrics_path: '/metrics' }]);
  });
});

/** What the table of a page says of metrics, and the registry does not, or the other way round. */
function differencesOf(page: string): string[] {
  const rows = [...page.matchAll(/^\| `(fiko_\w+)(?:\{([^}]*)\})?`\s*\| (\w+)\s*\| (.+?)\s*\|$/gm)];
  const said = rows.map(([, name, labels = '', type, help]) => `${name} {${labels}} ${type}: ${help}`);
  const real = [...registered.values()]
    .filter(({ name }) => name.startsWith('fiko_'))
    .map(({ name, labelNames, type, help }) => `${name} {${labelNames.join(', ')}} ${type}: ${help}`);
  return [
    ...said.filter((line) => !real.includes(line)).map((line) => `+ ${line}`),
    ...real.filter((line) => !said.includes(line)).map((line) => `- ${line}`),
  ];
}

describe('the table of metrics', () => {
  it('is what the processes register', () => expect(differencesOf(docs)).toEqual([]));
});

describe('this test', () => {
  it('finds a wrong name, label, value and syntax', () => {
    const good = 'sum by (outcome) (rate(fiko_events_processed_total{outcome="failed"}[5m]))';
    expect(unknownOf(good)).toEqual([]);
    expect(unknownOf(good.replace('processed_total', 'proccessed_total'))).toEqual([
      'fiko_events_proccessed_total',
    ]);
    expect(unknownOf(good.replace('{outcome', '{outcom'))).toEqual(['fiko_events_processed_total{outcom}']);
    expect(unknownOf(good.replace('by (outcome', 'by (tenant'))).toEqual([
      'fiko_events_processed_total by tenant',
    ]);
    expect(unknownOf(good.replace('"failed"', '"fail"'))).toEqual([
      'fiko_events_processed_total{outcome="fail"}',
    ]);
    for (const broken of [
      good.slice(0, -1),
      good.replace('[5m]', '[5x]'),
      good.replace('sum by', 'sum bye'),
    ]) {
      expect(() => unknownOf(broken)).toThrow('no PromQL');
    }
  });

  it('finds a metric that the table lacks, and one that is not there', () => {
    const lacking = docs.replace(/^\| `fiko_events\{status\}`.*\n/m, '');
    expect(differencesOf(lacking)).toEqual([expect.stringMatching(/^- fiko_events \{status\} gauge: /)]);
    const more = docs.replace('| `fiko_events{status}`', '| `fiko_evnts{status}`');
    expect(differencesOf(more)).toEqual([
      expect.stringMatching(/^\+ fiko_evnts/),
      expect.stringMatching(/^- fiko_events /),
    ]);
  });
});
