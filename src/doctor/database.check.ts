import { Client } from 'pg';
import type { Config } from '../config/config';
import { StartError } from '../config/start-error';
import { assess, EXTENSIONS, REASONS, type Extension } from '../database/server';
import type { Check, Patient } from './check';
import { fault, ok, skipped, warning, type Finding } from './finding';
import type { ReadOnlyDatabase } from './read-only-database';
import { masked } from './report';
import { duration } from './values';

/** A statement that takes longer than this on the way there and back makes each request slow. */
const SLOW_MS = 50;

export const databaseCheck: Check = {
  group: 'Database',
  async run(patient) {
    const { visit, config } = patient;
    if (visit.database === null) return [unreachable(patient)];
    const where: Record<typeof visit.kind, string> = {
      server: masked(config.database.url ?? ''),
      running: 'embedded; asked through the process that serves it',
      stopped: 'embedded; opened in a copy, which is gone again',
      empty: '',
    };
    const reached = ok('Reachable', `${where[visit.kind]}, in ${duration(visit.connectedInMs ?? 0)}`);
    const findings = [reached, ...(visit.latencyMs === null ? [] : [latencyFinding(visit.latencyMs)])];
    return visit.kind === 'server'
      ? [...findings, ...(await serverFindings(visit.database, config))]
      : findings;
  },
};

function unreachable({ visit: { kind, reason, error } }: Patient): Finding {
  if (kind === 'empty') {
    return warning(
      'Installation',
      `${reason}: nothing is installed here`,
      'npm start, or set DATA_DIR to the folder of one',
    );
  }
  if (kind === 'running') return skipped('Reachable', reason);
  if (kind === 'stopped') {
    return error === undefined
      ? skipped('Reachable', reason)
      : fault('Opens', reason, 'put back the newest backup of DATA_DIR: docs/backup.md');
  }
  const { code = '' } = error as { code?: string };
  return fault('Reachable', REASONS[code] ? `${REASONS[code]} (${code})` : reason, unreachableMend(code));
}

/** By SQLSTATE, or the system's code. */
export function unreachableMend(code: string): string {
  switch (code) {
    case '28P01':
    case '28000':
      return 'correct user and password in DATABASE_URL (special characters as %XX), or pg_hba.conf of the server';
    case '3D000':
      return 'createdb <name>, or correct the database in DATABASE_URL';
    case '53300':
      return 'raise max_connections of the server, or lower DATABASE_POOL_SIZE of the processes';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'correct the host in DATABASE_URL';
    default:
      return 'start PostgreSQL; or correct host and port in DATABASE_URL, or the firewall between';
  }
}

export function latencyFinding(ms: number): Finding {
  return ms <= SLOW_MS
    ? ok('Latency', `${duration(ms)} a statement`)
    : warning('Latency', `${duration(ms)} a statement`, 'run the processes nearer to the database');
}

interface ServerFacts {
  version: string;
  version_number: number;
  encoding: string;
  is_replica: boolean;
  is_read_only: boolean;
  user: string;
  is_superuser: boolean;
  may_create_schema: boolean;
  may_create_tables: boolean;
  foreign_tables: string | null;
  max_connections: number;
  reserved: number;
  used: number;
}

async function serverFindings(database: ReadOnlyDatabase, config: Config): Promise<Finding[]> {
  const facts = await database.one<ServerFacts>(
    `SELECT current_setting('server_version') AS version,
            current_setting('server_version_num')::int AS version_number,
            current_setting('server_encoding') AS encoding,
            pg_is_in_recovery() AS is_replica,
            current_setting('default_transaction_read_only')::bool AS is_read_only,
            current_user AS "user",
            (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_superuser,
            has_database_privilege(current_database(), 'CREATE') AS may_create_schema,
            has_schema_privilege('public', 'CREATE') AS may_create_tables,
            (SELECT string_agg(tablename, ', ') FROM pg_tables
              WHERE schemaname IN ('public', 'bullmq') AND NOT pg_has_role(current_user, tableowner, 'MEMBER'))
              AS foreign_tables,
            current_setting('max_connections')::int AS max_connections,
            current_setting('superuser_reserved_connections')::int AS reserved,
            (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used`,
  );
  const extensions = await database.query<ExtensionFacts>(
    `SELECT e.name, e.default_version, e.installed_version,
            coalesce(bool_or(v.trusted) FILTER (WHERE v.version = e.default_version), false) AS trusted
       FROM pg_available_extensions e LEFT JOIN pg_available_extension_versions v USING (name)
      WHERE e.name = ANY($1) GROUP BY e.name, e.default_version, e.installed_version ORDER BY e.name`,
    [EXTENSIONS],
  );
  return [
    ...versionFindings(facts, extensions),
    ...permissionFindings(facts),
    facts.encoding === 'UTF8'
      ? ok('Encoding', 'UTF8')
      : fault(
          'Encoding',
          facts.encoding,
          'createdb --encoding=UTF8 --template=template0, and restore a dump into it',
        ),
    ...extensionFindings(extensions, facts),
    await poolerFinding(config),
    connectionsFinding(facts, connectionsOf(config)),
  ];
}

export interface ExtensionFacts extends Extension {
  trusted: boolean;
}

function versionFindings(facts: ServerFacts, extensions: readonly Extension[]): Finding[] {
  const major = Math.floor(facts.version_number / 10_000);
  try {
    const warnings = assess(major, extensions);
    const mend = 'see docs/upgrade.md for the order';
    return [
      ok('Version', `PostgreSQL ${facts.version}`),
      ...warnings.map((sentence) => warning('Version', sentence, mend)),
    ];
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return [
      fault('Extensions', error.message, 'as it says; on Debian: apt install postgresql-<version>-pgvector'),
    ];
  }
}

type Permissions = Pick<
  ServerFacts,
  'is_replica' | 'is_read_only' | 'may_create_schema' | 'may_create_tables' | 'foreign_tables' | 'user'
>;

export function permissionFindings(facts: Permissions): Finding[] {
  const { user } = facts;
  if (facts.is_replica) {
    return [fault('Permissions', 'a replica: nothing can be written', 'DATABASE_URL of the primary')];
  }
  if (facts.is_read_only) {
    return [
      fault(
        'Permissions',
        'transactions are read only',
        `ALTER ROLE ${user} RESET default_transaction_read_only`,
      ),
    ];
  }
  const missing: Finding[] = [];
  if (!facts.may_create_tables) {
    missing.push(
      fault('Permissions', `${user} may not create tables`, `GRANT CREATE ON SCHEMA public TO ${user}`),
    );
  }
  if (!facts.may_create_schema) {
    missing.push(
      warning(
        'Permissions',
        `${user} may not create a schema, which a queue in PostgreSQL needs`,
        `GRANT CREATE ON DATABASE <name> TO ${user}`,
      ),
    );
  }
  if (facts.foreign_tables !== null) {
    missing.push(
      fault(
        'Permissions',
        `not ${user}'s own: ${facts.foreign_tables}: migrations cannot change them`,
        `REASSIGN OWNED BY <former owner> TO ${user}`,
      ),
    );
  }
  return missing.length > 0 ? missing : [ok('Permissions', `${user} may create and change tables`)];
}

export function extensionFindings(
  extensions: readonly ExtensionFacts[],
  facts: Pick<ServerFacts, 'is_superuser' | 'may_create_schema'>,
): Finding[] {
  return extensions.map(({ name, default_version, installed_version, trusted }) => {
    if (installed_version !== null) return ok(`Extension ${name}`, installed_version);
    return facts.is_superuser || (trusted && facts.may_create_schema)
      ? ok(`Extension ${name}`, `${default_version}, created at the first start`)
      : fault(
          `Extension ${name}`,
          `${default_version} is on the server and not in the database, and this user may not create it`,
          `CREATE EXTENSION ${name}; as a superuser, in this database`,
        );
  });
}

/** Connections of one process as it is configured. */
export function connectionsOf({ database, queue }: Config): number {
  return database.poolSize + (queue.redisUrl === null ? 10 : 0);
}

export function connectionsFinding(
  { max_connections: max, reserved, used }: Pick<ServerFacts, 'max_connections' | 'reserved' | 'used'>,
  needed: number,
): Finding {
  const free = max - reserved;
  const value = `${used} of ${free} in use; a process takes up to ${needed}`;
  const mend = 'raise max_connections, lower DATABASE_POOL_SIZE, or put a pooler in session mode between';
  if (needed > free) return fault('Connections', value, mend);
  return used > free * 0.8 ? warning('Connections', value, mend) : ok('Connections', value);
}

/**
 * A pooler in transaction mode lends the same session to two clients. Migrations would then run without the lock of
 * their session, and settings of one client would be those of another.
 */
async function poolerFinding(config: Config): Promise<Finding> {
  const clients = [0, 1].map(
    () =>
      new Client({
        connectionString: config.database.url!,
        connectionTimeoutMillis: 5000,
        query_timeout: 5000,
      }),
  );
  for (const client of clients) client.on('error', () => undefined);
  const sessionOf = async (client: Client): Promise<number> => {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return rows[0]!.pid;
  };
  const [first, second] = clients as [Client, Client];
  try {
    await first.connect();
    await second.connect();
    const one = await sessionOf(first);
    await second.query('BEGIN READ ONLY');
    const other = await sessionOf(second);
    const again = await sessionOf(first);
    await second.query('ROLLBACK');
    return sessionsFinding(one, other, again);
  } finally {
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
  }
}

/** @param one, again sessions of a client before and after another had `other`, which it has still */
export function sessionsFinding(one: number, other: number, again: number): Finding {
  return one !== other && one === again
    ? ok('Sessions', 'each connection has one of its own')
    : fault(
        'Sessions',
        'a pooler in transaction mode is between: locks of a session do not hold',
        'pool_mode = session in the pooler, or DATABASE_URL of the server itself',
      );
}
