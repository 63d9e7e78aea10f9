import { KEYS, SECRET_KEYS } from './config';
import type { Key } from './keys';

type Name = keyof typeof KEYS;

/** Settings that count in one role only; all others count in each process. */
export const ROLE_OF: Partial<Record<Name, 'api' | 'worker'>> = {
  PORT: 'api',
  WORKER_PORT: 'worker',
  PUBLIC_URL: 'api',
  TRUSTED_PROXIES: 'api',
  CORS_ORIGINS: 'api',
  BODY_LIMIT_BYTES: 'api',
  BATCH_BODY_LIMIT_BYTES: 'api',
  ADMIN_EMAIL: 'api',
  ADMIN_PASSWORD: 'api',
  JWT_SECRET: 'api',
  ACCESS_TOKEN_MINUTES: 'api',
  REFRESH_TOKEN_DAYS: 'api',
  LOGIN_ATTEMPTS: 'api',
  LOGIN_WINDOW_MINUTES: 'api',
  WEBHOOK_REQUESTS_PER_MINUTE: 'api',
  API_REQUESTS_PER_MINUTE: 'api',
  REFUSED_REQUESTS_PER_MINUTE: 'api',
  SWEEP_INTERVAL_MS: 'worker',
  PAYLOAD_RETENTION_DAYS: 'worker',
  EVENT_RETENTION_DAYS: 'worker',
  EMBEDDING_CONCURRENCY: 'worker',
};

/** The last part of a name says what its number counts. */
const UNITS: [RegExp, string][] = [
  [/_MS$/, 'milliseconds'],
  [/_PER_MINUTE$/, 'requests a minute'],
  [/_MINUTES$/, 'minutes'],
  [/_HOURS$/, 'hours'],
  [/_DAYS$/, 'days'],
  [/_BYTES$/, 'bytes'],
  [/_CHUNKS$/, 'chunks'],
];
const unitOf = (name: string) => UNITS.find(([end]) => end.test(name))?.[1] ?? null;

const INTRODUCTION = `# Configuration

Settings are read from the environment, and below it from a file \`.env\` in the working directory. An empty value counts
as none. One that is wrong is named at the start, with its rule, and nothing runs; \`npm run doctor\` names all of them at
once. After a change, restart the processes. The same as a file to copy: [.env.example](../.env.example).

**Secret**: never logged and never shown; keep it in a file that only the service's user may read (\`chmod 600 .env\`).
**api only**, **worker only**: of no account in a process of the other role.

This page is written by \`npm run generate\`, from \`src/config/config.ts\`.
`;

/** The text of `docs/configuration.md`. */
export function configurationReference(): string {
  const sections = new Map<string, string[]>();
  for (const [name, key] of Object.entries(KEYS) as [Name, Key<unknown>][]) {
    const rows = sections.get(key.section) ?? [];
    sections.set(key.section, [...rows, rowOf(name, key)]);
  }
  const tables = [...sections].map(([section, rows]) =>
    [
      `\n## ${section}\n`,
      '| Setting | What it is | Value | Default | |',
      '| --- | --- | --- | --- | --- |',
      ...rows,
    ].join('\n'),
  );
  return `${INTRODUCTION}${tables.join('\n')}\n`;
}

function rowOf(name: Name, key: Key<unknown>): string {
  const unit = unitOf(name);
  const fallback = key.example === '' ? 'none' : `\`${key.example}\``;
  const remarks = [
    ...((SECRET_KEYS as readonly Name[]).includes(name) ? ['secret'] : []),
    ...(ROLE_OF[name] ? [`${ROLE_OF[name]} only`] : []),
  ];
  const cells = [
    `\`${name}\``,
    `${key.doc}.`,
    unit === null ? key.allowed : `${key.allowed} (${unit})`,
    fallback,
    remarks.join(', '),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
