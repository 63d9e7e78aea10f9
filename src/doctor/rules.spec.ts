import { readConfig } from '../config/config';
import { accountFindings } from './accounts.check';
import { runCheck, type Patient } from './check';
import { offsetFinding } from './clock.check';
import { hints, nearestKey } from './configuration.check';
import {
  connectionsFinding,
  connectionsOf,
  extensionFindings,
  permissionFindings,
  sessionsFinding,
  unreachableMend,
} from './database.check';
import { spaceFinding } from './disk.check';
import { chunkFindings, generationFindings, probeFinding } from './embedding.check';
import type { EmbeddingProbe } from './embedding-probe';
import { eventFindings } from './events.check';
import { ok, type Finding } from './finding';
import { migrationFindings } from './migrations.check';
import { meets, nodeFindings, tehranInJuly } from './node.check';
import { readinessFinding } from './port.check';
import { depthFindings, infoOf, redisFindings } from './queue.check';
import { bytes, duration } from './values';

/** `title: verdict`, of all but what is well. */
const wrong = (findings: Finding[]) =>
  findings.filter(({ verdict }) => verdict !== 'ok').map(({ title, verdict }) => `${title}: ${verdict}`);

describe('Node.js', () => {
  const range = '^20.19.0 || >=22.12.0';
  it.each([
    ['v20.19.0', true],
    ['v20.20.2', true],
    ['v20.18.9', false],
    ['v21.7.3', false],
    ['v22.11.0', false],
    ['v22.12.0', true],
    ['v24.0.0', true],
  ])('%s meets the range: %s', (version, expected) => expect(meets(version, range)).toBe(expected));

  it('is a fault outside of it', () => {
    expect(wrong(nodeFindings('v18.20.0', range))).toEqual(['Node.js: fault']);
    expect(tehranInJuly()).toBe('GMT+03:30');
  });
});

describe('configuration', () => {
  const hinted = (environment: Record<string, string>) =>
    wrong(hints(readConfig(environment), { set: new Set(Object.keys(environment)) }));
  const DATABASE_URL = 'postgres://db/fiko';
  const JWT_SECRET = 's'.repeat(32);

  it.each<[string, Record<string, string>, string[]]>([
    ['the defaults', {}, []],
    ['a server without JWT_SECRET', { DATABASE_URL }, ['JWT_SECRET: warning']],
    ['a worker without JWT_SECRET', { DATABASE_URL, ROLES: 'worker', HOST: '0.0.0.0' }, []],
    ['a proxy without PUBLIC_URL', { TRUSTED_PROXIES: '10.0.0.1' }, ['PUBLIC_URL: warning']],
    ['all addresses without a proxy', { HOST: '0.0.0.0' }, ['HOST: warning']],
    ['http for the public', { PUBLIC_URL: 'http://fiko.example.com' }, ['PUBLIC_URL: warning']],
    ['http on this machine', { PUBLIC_URL: 'http://127.0.0.1:3000' }, []],
    [
      'all as it should be',
      {
        DATABASE_URL,
        JWT_SECRET,
        HOST: '0.0.0.0',
        TRUSTED_PROXIES: '10.0.0.1',
        PUBLIC_URL: 'https://f.example.com',
      },
      [],
    ],
  ])('%s', (_, environment, expected) => expect(hinted(environment)).toEqual(expected));

  it.each([
    ['OPENAI_APIKEY', 'OPENAI_API_KEY'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['PORT', null],
    ['POSTGRES_PASSWORD', null],
    ['API_PORT', null],
    ['NODE_ENV', null],
  ])('takes %s for a slip of %p', (name, key) => expect(nearestKey(name)).toBe(key));
});

describe('the database', () => {
  const may = {
    user: 'fiko',
    is_replica: false,
    is_read_only: false,
    may_create_schema: true,
    may_create_tables: true,
    foreign_tables: null,
  };
  it.each<[string, Partial<typeof may> | { foreign_tables: string }, string[]]>([
    ['all that is needed', {}, []],
    ['a replica', { is_replica: true }, ['Permissions: fault']],
    ['read only', { is_read_only: true }, ['Permissions: fault']],
    ['no tables', { may_create_tables: false }, ['Permissions: fault']],
    ['no schema', { may_create_schema: false }, ['Permissions: warning']],
    ["another's tables", { foreign_tables: 'events' }, ['Permissions: fault']],
  ])('permissions: %s', (_, facts, expected) =>
    expect(wrong(permissionFindings({ ...may, ...facts }))).toEqual(expected),
  );

  it.each([
    [true, false, false, []],
    [false, true, true, []],
    [false, true, false, ['Extension vector: fault']],
    [false, false, true, ['Extension vector: fault']],
  ])(
    'an extension to be created: superuser %p, trusted %p, may create %p',
    (is_superuser, trusted, may_create_schema, expected) => {
      const extension = { name: 'vector', default_version: '0.8.6', installed_version: null, trusted };
      expect(wrong(extensionFindings([extension], { is_superuser, may_create_schema }))).toEqual(expected);
    },
  );

  it('an extension that is there needs nobody', () => {
    const extension = {
      name: 'vector',
      default_version: '0.8.6',
      installed_version: '0.8.6',
      trusted: false,
    };
    expect(wrong(extensionFindings([extension], { is_superuser: false, may_create_schema: false }))).toEqual(
      [],
    );
  });

  it('counts connections of a process, and of the server', () => {
    const DATABASE_URL = 'postgres://db/fiko';
    expect(
      connectionsOf(readConfig({ DATABASE_URL, REDIS_URL: 'redis://r', DATABASE_POOL_SIZE: '30' })),
    ).toBe(30);
    expect(connectionsOf(readConfig({ DATABASE_URL }))).toBe(20);
    const verdict = (used: number, needed: number) =>
      connectionsFinding({ max_connections: 100, reserved: 3, used }, needed).verdict;
    expect([verdict(5, 20), verdict(80, 20), verdict(5, 98)]).toEqual(['ok', 'warning', 'fault']);
  });

  it('sees one session lent to two', () => {
    expect(sessionsFinding(1, 2, 1).verdict).toBe('ok');
    expect(sessionsFinding(1, 1, 2).verdict).toBe('fault');
    expect(sessionsFinding(1, 2, 3).verdict).toBe('fault');
  });

  it('says what mends a connection by its code', () => {
    expect(unreachableMend('28P01')).toMatch(/password/);
    expect(unreachableMend('3D000')).toMatch(/createdb/);
    expect(unreachableMend('ENOTFOUND')).toMatch(/host/);
    expect(unreachableMend('ECONNREFUSED')).toMatch(/start PostgreSQL/);
  });

  it.each([
    [['a', 'b'], 'ok', /all 2/],
    [['a'], 'warning', /pending: b/],
    [[], 'warning', /empty/],
    [['a', 'b', 'c'], 'fault', /newer than this code: c/],
  ])('migrations %p of a and b: %s', (applied, verdict, value) => {
    expect(migrationFindings(applied, ['a', 'b'])).toEqual([
      expect.objectContaining({ verdict, value: expect.stringMatching(value) }),
    ]);
  });
});

describe('Redis', () => {
  const well =
    'redis_version:7.0.15\r\nrole:master\r\nmaxmemory_policy:noeviction\r\nmaxmemory:0\r\nused_memory:900\r\naof_enabled:1\r\naof_last_write_status:ok\r\n';
  it.each([
    ['well', '', []],
    ['old', 'redis_version:6.0.16', ['Version: fault']],
    ['evicting', 'maxmemory_policy:allkeys-lru', ['maxmemory-policy: fault']],
    ['nearly full', 'maxmemory:950', ['Memory: warning']],
    ['unable to write', 'aof_last_write_status:err', ['Persistence: fault']],
    ['a replica', 'role:slave', ['Role: fault']],
    ['without a file', 'aof_enabled:0', []],
    ['unable to snapshot', 'aof_enabled:0\r\nrdb_last_bgsave_status:err', ['Persistence: fault']],
  ])('%s', (_, more, expected) =>
    expect(wrong(redisFindings(infoOf(`${well}${more}\r\n`)))).toEqual(expected),
  );

  it('names each queue, one without jobs too', () => {
    const counts = { waiting: 1200, active: 1, delayed: 0, failed: 2 };
    expect(depthFindings({ sync: counts }).map(({ value }) => value)).toEqual([
      '1,200 waiting, 1 active, 0 delayed, 2 failed',
      '0 waiting, 0 active, 0 delayed, 0 failed',
    ]);
  });
});

describe('events', () => {
  const facts = { queued: 3, overdue_ms: 1000, failed: 0, cause: null };
  it('that wait are well while they are young', () => {
    expect(wrong(eventFindings(facts, false))).toEqual([]);
    expect(wrong(eventFindings({ ...facts, overdue_ms: 400_000 }, false))).toEqual(['Queued: warning']);
    expect(wrong(eventFindings({ ...facts, overdue_ms: 400_000 }, true))).toEqual([]);
  });

  it('that failed are told with their commonest cause and the way to retry them', () => {
    const [, failed] = eventFindings({ ...facts, failed: 2, cause: 'P0001: refused' }, false);
    expect(failed).toMatchObject({ verdict: 'warning', value: '2, most of them: P0001: refused' });
    expect(failed!.mend).toContain('/events/retry/');
  });
});

describe('the embedding service', () => {
  const answer: EmbeddingProbe = {
    status: 200,
    type: 'application/json',
    code: null,
    dimensions: 1536,
    latencyMs: 80,
    clockOffsetMs: 0,
    reason: null,
    complaint: null,
  };
  const expected = {
    model: 'm',
    dimensions: 1536,
    address: 'https://api.example.com/v1',
    proxies: [] as string[],
  };
  const refused = { dimensions: null, complaint: 'it said no' };

  it.each<[string, Partial<EmbeddingProbe>, string, RegExp]>([
    ['a vector', {}, 'ok', /80 ms, 1536/],
    ['a key that is wrong', { ...refused, status: 401 }, 'fault', /OPENAI_API_KEY/],
    ['a key without rights', { ...refused, status: 403 }, 'fault', /permission/],
    ['no such model', { ...refused, status: 404 }, 'fault', /EMBEDDING_MODEL/],
    ['no money', { ...refused, status: 429, code: 'insufficient_quota' }, 'fault', /pay/],
    ['too many requests', { ...refused, status: 429 }, 'warning', /EMBEDDING_CONCURRENCY/],
    ['a length it does not take', { ...refused, status: 400 }, 'fault', /EMBEDDING_DIMENSIONS/],
    ['a fault of its own', { ...refused, status: 503 }, 'warning', /by itself/],
    ['a proxy that asks who it is', { ...refused, status: 407 }, 'fault', /proxy/],
    ['a page', { ...refused, type: 'text/html; charset=utf-8' }, 'fault', /OPENAI_BASE_URL/],
    ['another length', { dimensions: 768, complaint: 'x' }, 'fault', /EMBEDDING_DIMENSIONS=768/],
    ['no answer', { ...refused, status: null, reason: 'ECONNREFUSED' }, 'fault', /firewall/],
    ['a certificate', { ...refused, status: null, reason: 'CERT_NOT_YET_VALID' }, 'fault', /clock/],
  ])('%s', (_, change, verdict, text) => {
    const finding = probeFinding({ ...answer, ...change }, expected);
    expect(finding.verdict).toBe(verdict);
    expect(`${finding.value} ${finding.mend}`).toMatch(text);
  });

  it('knows of a proxy that Node.js passes by', () => {
    const finding = probeFinding(
      { ...answer, ...refused, status: null },
      { ...expected, proxies: ['HTTPS_PROXY'] },
    );
    expect(finding.mend).toContain('NODE_USE_ENV_PROXY');
  });

  it('compares what is stored with what is configured', () => {
    const active = { state: 'active', embedder: 'a@1', chunker: 2 } as const;
    expect(wrong(generationFindings([active], 'a@1', 2))).toEqual([]);
    expect(generationFindings([active], 'b@1', 2)[0]!.mend).toContain('npm run reembed');
    expect(generationFindings([active], 'a@1', 3)[0]!.mend).toContain('npm run reembed');
    const building = { state: 'building', embedder: 'b@1', chunker: 2 } as const;
    expect(wrong(generationFindings([active, building], 'b@1', 2))).toEqual([]);
    expect(wrong(generationFindings([], 'b@1', 2))).toEqual([]);
  });

  it('tells of chunks that wait with a reason, of those that failed, and of texts that cannot be made', () => {
    const chunks = { pending: 5, failed: 0, message: null, unmade: 0, unmadeReason: null };
    expect(wrong(chunkFindings(chunks))).toEqual([]);
    expect(wrong(chunkFindings({ ...chunks, unmade: 1, unmadeReason: 'too long' }))).toEqual([
      'Texts not made: warning',
    ]);
    expect(wrong(chunkFindings({ ...chunks, failed: 1, message: '401' }))).toEqual([
      'Pending chunks: warning',
      'Failed chunks: warning',
    ]);
  });
});

describe('the rest', () => {
  it.each([
    [0, 0, 'ok'],
    [-1900, 0, 'ok'],
    [2400, 500, 'ok'],
    [2600, 500, 'warning'],
    [-59_000, 0, 'warning'],
    [61_000, 500, 'fault'],
    [-3_600_000, 500, 'fault'],
  ])('a clock that is off by %i, give or take %i: %s', (offset, uncertainty, verdict) =>
    expect(offsetFinding('Clock', offset, uncertainty).verdict).toBe(verdict),
  );

  it.each([
    [100, 'fault'],
    [500, 'warning'],
    [5000, 'ok'],
  ])('a disk with %i MB: %s', (free, verdict) =>
    expect(spaceFinding('Disk', '/', free * 1024 ** 2, 1e12).verdict).toBe(verdict),
  );

  it('an installation without an active admin', () => {
    expect(accountFindings({ users: 2, admins: 0 }, false)[0]!.mend).toBe('npm run create-admin');
    expect(wrong(accountFindings({ users: 0, admins: 0 }, true))).toEqual([]);
    expect(wrong(accountFindings({ users: 2, admins: 1 }, true))).toEqual(['ADMIN_PASSWORD: warning']);
  });

  it.each([
    ['ok', 'ok', 'ok'],
    ['ok', '429', 'warning'],
    ['degraded', 'ok', 'warning'],
    ['unavailable', 'ok', 'fault'],
  ])('a server that is %s, its embeddings %s: %s', (status, embeddings, verdict) =>
    expect(readinessFinding({ status, checks: { embeddings } }).verdict).toBe(verdict),
  );

  it('writes figures as people do', () => {
    expect([0.42, 12.4, 1500, 400_000, 9_000_000, 4e8].map(duration)).toEqual([
      '0.4 ms',
      '12 ms',
      '1.5 s',
      '7 minutes',
      '3 hours',
      '5 days',
    ]);
    expect([0, 900, 1536, 5 * 1024 ** 3].map(bytes)).toEqual(['0 bytes', '900 bytes', '1.5 KB', '5 GB']);
  });
});

describe('runCheck', () => {
  const patient = {} as Patient;
  it('makes a finding of one that fails', async () => {
    const run = () => Promise.reject(Object.assign(new Error('no'), { code: '42501' }));
    const group = await runCheck({ group: 'G', run }, patient, 1000);
    expect(group.findings).toEqual([
      expect.objectContaining({ verdict: 'fault', value: expect.stringContaining('42501') }),
    ]);
  });

  it('waits for none without end', async () => {
    const group = await runCheck({ group: 'G', run: () => new Promise(() => undefined) }, patient, 20);
    expect(group.findings).toEqual([expect.objectContaining({ verdict: 'skipped' })]);
  });

  it('passes on what one finds', async () => {
    const group = await runCheck({ group: 'G', run: () => [ok('T', 'v')] }, patient, 20);
    expect(group).toEqual({ name: 'G', findings: [ok('T', 'v')] });
  });
});
