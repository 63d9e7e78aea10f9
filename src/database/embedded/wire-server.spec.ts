import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PGlite } from '@electric-sql/pglite';
import { Client, type ClientConfig, type Notification } from 'pg';
import { startInMemory } from './embedded-database';
import { WireServer } from './wire-server';

const clients: Client[] = [];

async function open(connectionString: string, config: ClientConfig = {}): Promise<Client> {
  const client = new Client({ connectionString, ...config });
  // A client that is cut off says so here; without a listener it would end the process.
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  return client;
}

/** As when the process of the client is killed. */
const kill = (client: Client) =>
  (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();

async function eventually(check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error('it did not come to be');
    await pause(20);
  }
}

const valueOf = async <T>(client: Client, sql: string, parameters: unknown[] = []): Promise<T> =>
  Object.values((await client.query<Record<string, T>>(sql, parameters)).rows[0]!)[0]!;

/** A message of the protocol. */
function frame(type: string, text: string): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

/** A start-up packet: version 3.0, and a user. */
const startUp = () => frame('?', '\0\u0003\0\0user\0postgres\0\0').subarray(1);

afterEach(async () => {
  await Promise.allSettled(clients.splice(0).map((client) => client.end()));
});

describe('WireServer', () => {
  let database: Awaited<ReturnType<typeof startInMemory>>;
  const connect = (config?: ClientConfig) => open(database.url, config);

  beforeAll(async () => {
    database = await startInMemory();
  });
  afterAll(() => database.stop());

  it('keeps nothing of what it has answered', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const used = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const client = await connect();
    const ask = async () => {
      for (let round = 0; round < 20; round++)
        await client.query(`SELECT n, 'row ' || n AS name FROM generate_series(1, 5000) n`);
    };
    await ask();
    const before = used();
    await ask();
    expect((used() - before) / 2 ** 20).toBeLessThan(5);
  });

  describe('transactions', () => {
    it('of several clients are isolated and atomic', async () => {
      const accounts = 5;
      const auditor = await connect();
      await auditor.query(`CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL)`);
      await auditor.query(`INSERT INTO accounts SELECT n, 100 FROM generate_series(1, ${accounts}) n`);

      const move = async (client: Client, round: number) => {
        const [from, to] = [(round % accounts) + 1, ((round * 3 + 1) % accounts) + 1];
        await client.query('BEGIN');
        const before = await valueOf<number>(client, 'SELECT balance FROM accounts WHERE id = $1', [from]);
        await client.query('UPDATE accounts SET balance = balance - 7 WHERE id = $1', [from]);
        await turn();
        expect(await valueOf(client, 'SELECT balance FROM accounts WHERE id = $1', [from])).toBe(before - 7);
        await client.query('UPDATE accounts SET balance = balance + 7 WHERE id = $1', [to]);
        await client.query(round % 3 === 0 ? 'ROLLBACK' : 'COMMIT');
      };
      const movers = await Promise.all(Array.from({ length: 6 }, () => connect()));
      let moving = true;
      const work = Promise.all(
        movers.map(async (client, index) => {
          for (let round = 0; round < 20; round++) await move(client, index + round);
        }),
      ).finally(() => (moving = false));
      const sums = new Set<number>();
      while (moving) sums.add(await valueOf(auditor, 'SELECT sum(balance)::int FROM accounts'));
      await work;
      expect([...sums]).toEqual([accounts * 100]);
    });

    it('lose no update that was read first', async () => {
      const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => connect()));
      await first!.query('CREATE TABLE counter (n int NOT NULL)');
      await first!.query('INSERT INTO counter VALUES (0)');
      const count = async (client: Client) => {
        for (let round = 0; round < 10; round++) {
          await client.query('BEGIN');
          const n = await valueOf<number>(client, 'SELECT n FROM counter');
          await turn();
          await client.query('UPDATE counter SET n = $1', [n + 1]);
          await client.query('COMMIT');
        }
      };
      await Promise.all([first!, ...others].map(count));
      expect(await valueOf(first!, 'SELECT n FROM counter')).toBe(80);
    });

    it('that fail leave all others as they are', async () => {
      const [failing, other] = [await connect(), await connect()];
      await other.query('CREATE TABLE kept (id int PRIMARY KEY)');
      await failing.query('BEGIN');
      await failing.query('INSERT INTO kept VALUES (1)');
      await expect(failing.query('SELECT 1 / $1::int', [0])).rejects.toMatchObject({ code: '22012' });
      const waiting = other.query('INSERT INTO kept VALUES (2) RETURNING id');
      await expect(failing.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
      await failing.query('ROLLBACK');
      expect((await waiting).rows).toEqual([{ id: 2 }]);
      expect((await failing.query('SELECT id FROM kept')).rows).toEqual([{ id: 2 }]);
    });

    it('that fail are not committed by COMMIT', async () => {
      const client = await connect();
      await client.query('CREATE TABLE uncommitted (id int)');
      await client.query('BEGIN');
      await client.query('INSERT INTO uncommitted VALUES (1)');
      await expect(client.query('SELEC')).rejects.toMatchObject({ code: '42601' });
      expect((await client.query('COMMIT')).command).toBe('ROLLBACK');
      expect(await valueOf(client, 'SELECT count(*)::int FROM uncommitted')).toBe(0);
    });

    it.each<[string, (client: Client) => unknown]>([
      ['is killed', kill],
      ['says goodbye', (client) => client.end()],
    ])('of a client that %s are rolled back, and nobody waits', async (how, leave) => {
      const [leaving, other] = [await connect(), await connect()];
      const table = `left_${how.replace(' ', '_')}`;
      await other.query(`CREATE TABLE ${table} (id int)`);
      await leaving.query('BEGIN');
      await leaving.query(`INSERT INTO ${table} VALUES (1)`);
      const waiting = other.query(`INSERT INTO ${table} VALUES (2)`);
      await leave(leaving);
      await waiting;
      expect((await other.query(`SELECT id FROM ${table}`)).rows).toEqual([{ id: 2 }]);
    });
  });

  it('puts rows of 300 KB from fresh connections into their own tables while another client is busy', async () => {
    const busy = await connect();
    const tables = ['large_a', 'large_b', 'large_c'];
    for (const table of tables) await busy.query(`CREATE TABLE ${table} (n int, body text)`);
    let inserting = true;
    const noise = (async () => {
      for (let n = 0; inserting; n++) {
        expect(await valueOf(busy, 'SELECT $1::int + $2::int', [n, 1])).toBe(n + 1);
      }
    })();
    const insert = async (n: number) => {
      const table = tables[n % tables.length]!;
      const client = await connect();
      await client.query(`INSERT INTO ${table} (n, body) VALUES ($1, $2)`, [
        n,
        `${table}-${n}-`.padEnd(300_000, 'کفش'),
      ]);
      await client.end();
    };
    await Promise.all(Array.from({ length: 60 }, (_, n) => insert(n))).finally(() => (inserting = false));
    await noise;
    for (const [index, table] of tables.entries()) {
      const { rows } = await busy.query<{ n: number; head: string; length: number }>(
        `SELECT n, left(body, 20) AS head, length(body) AS length FROM ${table} ORDER BY n`,
      );
      expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, n) => n * 3 + index));
      for (const { n, head, length } of rows) {
        expect(head.startsWith(`${table}-${n}-`)).toBe(true);
        expect(length).toBe(300_000);
      }
    }
  });

  it('gives each of 20 clients the answers to its own 50 queries', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => connect()));
    const ask = async (client: Client, c: number): Promise<string[]> => {
      const answers: string[] = [];
      for (let q = 0; q < 50; q++) {
        const text = `${c}:${q}`;
        if (q % 3 === 0) answers.push(await valueOf(client, `SELECT '${text}'`));
        if (q % 3 === 1) answers.push(await valueOf(client, 'SELECT $1::text', [text]));
        if (q % 3 === 2) {
          const failed = client.query(`SELECT nothing FROM "${text}"`);
          answers.push(
            await failed.then(
              () => 'found',
              (error: Error) => /"(.*)"/.exec(error.message)![1]!,
            ),
          );
        }
      }
      return answers;
    };
    expect(await Promise.all(all.map(ask))).toEqual(
      all.map((_, c) => Array.from({ length: 50 }, (_, q) => `${c}:${q}`)),
    );
  });

  it('sends an answer of several megabytes whole', async () => {
    const client = await connect();
    const { rows } = await client.query<{ text: string }>(
      `SELECT repeat(n::text, 1000) AS text FROM generate_series(1000, 2999) n`,
    );
    expect(rows.every(({ text }, index) => text === String(index + 1000).repeat(1000))).toBe(true);
    expect(rows).toHaveLength(2000);
  });

  describe('LISTEN and NOTIFY', () => {
    async function listener(...statements: string[]): Promise<{ client: Client; heard: string[] }> {
      const client = await connect();
      const heard: string[] = [];
      client.on('notification', ({ channel, payload }: Notification) => heard.push(`${channel}=${payload}`));
      for (const statement of statements) await client.query(statement);
      return { client, heard };
    }
    /** What was sent to a client before the answer to this has been received when it resolves. */
    const settle = (...listeners: { client: Client }[]) =>
      Promise.all(listeners.map(({ client }) => client.query('SELECT 1')));

    it('reaches those who listen, each once, and nobody else', async () => {
      const jobs = await listener('LISTEN jobs');
      const both = await listener('LISTEN jobs', 'LISTEN other');
      const other = await listener('LISTEN other');
      const none = await listener();
      const sender = await listener();
      await sender.client.query(`NOTIFY jobs, 'a'`);
      await sender.client.query('SELECT pg_notify($1, $2)', ['other', 'b']);
      await sender.client.query('NOTIFY nobody');
      await settle(jobs, both, other, none, sender);
      expect(jobs.heard).toEqual(['jobs=a']);
      expect(both.heard).toEqual(['jobs=a', 'other=b']);
      expect(other.heard).toEqual(['other=b']);
      expect([...none.heard, ...sender.heard]).toEqual([]);
    });

    it.each([
      ['a comment before it', '-- who waits here\nLISTEN commented', 'commented'],
      ['a block comment before it', '/* who\n waits */ LISTEN commented', 'commented'],
      ['a name in quotes', 'LISTEN "bull:Events"', 'bull:Events'],
      ['a name in capitals', 'LISTEN COMMENTED;', 'commented'],
    ])('works with %s', async (_, statement, channel) => {
      const one = await listener(statement);
      const sender = await listener();
      await sender.client.query('SELECT pg_notify($1, $2)', [channel, 'x']);
      await settle(one);
      expect(one.heard).toEqual([`${channel}=x`]);
    });

    it('reaches the client that sends it too, when it listens', async () => {
      const one = await listener('LISTEN own');
      await one.client.query(`NOTIFY own, 'x'`);
      await settle(one);
      expect(one.heard).toEqual(['own=x']);
    });

    it.each(['UNLISTEN ending', 'UNLISTEN *'])('is ended by %s for that client only', async (statement) => {
      const leaving = await listener('LISTEN ending');
      const staying = await listener('LISTEN ending');
      await leaving.client.query(statement);
      await staying.client.query(`NOTIFY ending, 'x'`);
      await settle(leaving, staying);
      expect([leaving.heard, staying.heard]).toEqual([[], ['ending=x']]);
    });

    it('goes on for others when a listener leaves', async () => {
      const leaving = await listener('LISTEN parting');
      const staying = await listener('LISTEN parting');
      kill(leaving.client);
      const sender = await listener();
      await sender.client.query(`NOTIFY parting, 'x'`);
      await settle(staying);
      expect(staying.heard).toEqual(['parting=x']);
    });

    it('is sent at COMMIT, and not at all after ROLLBACK', async () => {
      const one = await listener('LISTEN committed');
      const sender = await listener();
      await sender.client.query('BEGIN');
      await sender.client.query(`NOTIFY committed, 'lost'`);
      await sender.client.query('ROLLBACK');
      await sender.client.query('BEGIN');
      await sender.client.query(`NOTIFY committed, 'sent'`);
      expect(one.heard).toEqual([]);
      await sender.client.query('COMMIT');
      await settle(one);
      expect(one.heard).toEqual(['committed=sent']);
    });
  });

  it('keeps the search_path that each client started with', async () => {
    const plain = await connect();
    for (const schema of ['public', 'one', '"Two 2"']) {
      await plain.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
      await plain.query(`CREATE TABLE ${schema}.who (name text)`);
      await plain.query(`INSERT INTO ${schema}.who VALUES ('${schema}')`);
    }
    const one = await connect({ options: '-c search_path=one' });
    const two = await connect({ options: '-c search_path="Two 2",public' });
    const name = (client: Client) => valueOf<string>(client, 'SELECT name FROM who');
    for (let round = 0; round < 10; round++) {
      expect(await Promise.all([two, plain, one, plain, two, one].map(name))).toEqual([
        '"Two 2"',
        'public',
        'one',
        'public',
        '"Two 2"',
        'one',
      ]);
    }
    await one.query('BEGIN');
    expect(await name(one)).toBe('one');
    const waiting = name(plain);
    await expect(one.query('SELECT * FROM nowhere')).rejects.toThrow();
    await one.query('ROLLBACK');
    expect([await waiting, await name(one)]).toEqual(['public', 'one']);
  });

  describe('named prepared statements', () => {
    const held = (client: Client) =>
      valueOf<number>(client, 'SELECT count(*)::int FROM pg_prepared_statements');

    it('of equal names in two clients are two', async () => {
      const [a, b] = [await connect(), await connect()];
      const add = (value: number) =>
        a.query<{ result: number }>({ name: 'run', text: 'SELECT $1::int + 1 AS result', values: [value] });
      const shout = (value: string) =>
        b.query<{ result: string }>({ name: 'run', text: 'SELECT upper($1) AS result', values: [value] });
      for (let round = 0; round < 10; round++) {
        const [sum, text] = await Promise.all([add(round), shout(`x${round}`)]);
        expect([sum.rows[0]!.result, text.rows[0]!.result]).toEqual([round + 1, `X${round}`]);
      }
    });

    it('are freed when their client leaves', async () => {
      const watcher = await connect();
      await eventually(async () => (await held(watcher)) === 0);
      const [leaving, killed] = [await connect(), await connect()];
      for (const client of [leaving, killed]) {
        for (const name of ['a', 'b']) await client.query({ name, text: 'SELECT $1::int', values: [1] });
      }
      expect(await held(watcher)).toBe(4);
      await leaving.end();
      await eventually(async () => (await held(watcher)) === 2);
      kill(killed);
      await eventually(async () => (await held(watcher)) === 0);
    });

    it('of a client that leaves are freed even while the transaction of another has failed', async () => {
      const [leaving, other] = [await connect(), await connect()];
      await leaving.query({ name: 'a', text: 'SELECT $1::int', values: [1] });
      await other.query('BEGIN');
      await expect(other.query('SELECT 1 / 0')).rejects.toThrow();
      await leaving.end();
      await pause(200);
      await other.query('ROLLBACK');
      await eventually(async () => (await held(other)) === 0);
    });

    it('that failed do no harm to the transaction of another when their client leaves', async () => {
      const [leaving, other] = [await connect(), await connect()];
      await other.query('CREATE TABLE unharmed (id int)');
      await expect(leaving.query({ name: 'bad', text: 'SELEC $1', values: [1] })).rejects.toThrow();
      await other.query('BEGIN');
      await other.query('INSERT INTO unharmed VALUES (1)');
      await leaving.end();
      await pause(200);
      await other.query('INSERT INTO unharmed VALUES (2)');
      expect((await other.query('COMMIT')).command).toBe('COMMIT');
      expect(await valueOf(other, 'SELECT count(*)::int FROM unharmed')).toBe(2);
    });

    it('that still wait do no harm to the transaction they wait for when their client leaves', async () => {
      const [leaving, other] = [await connect(), await connect()];
      await other.query('CREATE TABLE awaited (id int)');
      await other.query('BEGIN');
      await other.query('INSERT INTO awaited VALUES (1)');
      const waiting = leaving.query({ name: 'late', text: 'SELECT $1::int', values: [1] });
      const failed = expect(waiting).rejects.toThrow();
      await pause(200);
      kill(leaving);
      await failed;
      await pause(200);
      await other.query('INSERT INTO awaited VALUES (2)');
      expect((await other.query('COMMIT')).command).toBe('COMMIT');
      expect(await valueOf(other, 'SELECT count(*)::int FROM awaited')).toBe(2);
    });
  });

  it('answers statements that come in one packet in their order', async () => {
    const address = new URL(database.url);
    const socket = connectSocket(Number(address.port), address.hostname);
    let received = '';
    socket.on('data', (data: Buffer) => (received += data.toString('latin1')));
    await once(socket, 'connect');
    const statements = ['one', 'two', 'three', 'four'].map((word) => frame('Q', `SELECT 'answer ${word}'\0`));
    socket.write(Buffer.concat([startUp(), frame('p', `${address.password}\0`), ...statements]));
    await eventually(() => Promise.resolve(received.includes('answer four')));
    socket.destroy();
    expect(received.match(/answer [a-z]+/g)).toEqual([
      'answer one',
      'answer two',
      'answer three',
      'answer four',
    ]);
  });

  describe('strangers', () => {
    const address = () => new URL(database.url);
    const withPassword = (password: string) => {
      const url = address();
      return { host: url.hostname, port: Number(url.port), user: 'postgres', database: 'postgres', password };
    };

    it.each<[string, (password: string) => string]>([
      ['another password', () => 'wrong'],
      ['one letter more', (password) => `${password}x`],
      ['one letter less', (password) => password.slice(0, -1)],
      ['other case', (password) => password.toUpperCase() + password.toLowerCase()],
    ])('are refused with %s', async (_, change) => {
      const client = new Client(withPassword(change(address().password)));
      client.on('error', () => undefined);
      await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
      expect(await valueOf(await connect(), 'SELECT 1')).toBe(1);
    });

    it('get no answer to a query sent instead of a password', async () => {
      const insider = await connect();
      await insider.query('CREATE TABLE untouched (id int)');
      const socket = connectSocket(Number(address().port), address().hostname);
      const received: Buffer[] = [];
      socket.on('data', (data: Buffer) => received.push(data));
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      const insert = frame('Q', 'INSERT INTO untouched VALUES (1)\0');
      socket.write(Buffer.concat([startUp(), insert, insert]));
      await once(socket, 'close');
      expect(Buffer.concat(received).toString('latin1')).toContain('28P01');
      expect(await valueOf(insider, 'SELECT count(*)::int FROM untouched')).toBe(0);
    });

    it.each([
      ['HTTP', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
      ['noise', '\u0000\u0000\u0000\u0001\u0000\u0000\u0000\u0000'],
    ])('that speak %s are cut off, and others served', async (_, data) => {
      const socket = connectSocket(Number(address().port), address().hostname);
      socket.on('error', () => undefined);
      socket.resume();
      socket.write(data);
      await once(socket, 'close');
      expect(await valueOf(await connect(), 'SELECT 1')).toBe(1);
    });
  });
});

describe('WireServer with a short patience', () => {
  const password = 'secret';
  let engine: PGlite;
  let server: WireServer;
  let url: string;

  beforeAll(async () => {
    engine = await PGlite.create('memory://');
    await engine.exec('CREATE TABLE patience (id int)');
  });
  afterAll(() => engine.close());

  const serve = async (served: PGlite) => {
    server = new WireServer(served, { password, idleInTransactionMs: 400 });
    url = `postgres://postgres:${password}@127.0.0.1:${await server.listen()}/postgres`;
  };
  afterEach(async () => {
    await server.close();
    await engine.exec('DELETE FROM patience');
  });
  const errorOf = (client: Client) =>
    new Promise<Error>((resolve) => client.on('error', (error) => resolve(error)));

  it('cuts off who idles in a transaction, and lets the others go on', async () => {
    await serve(engine);
    const [idle, other] = [await open(url), await open(url)];
    const error = errorOf(idle);
    await idle.query('BEGIN');
    await idle.query('INSERT INTO patience VALUES (1)');
    await other.query('INSERT INTO patience VALUES (2)');
    expect(await error).toMatchObject({ code: '25P03' });
    expect((await other.query('SELECT id FROM patience')).rows).toEqual([{ id: 2 }]);
    await expect(idle.query('COMMIT')).rejects.toThrow();
  });

  it('cuts off who idles in a transaction that failed', async () => {
    await serve(engine);
    const [idle, other] = [await open(url), await open(url)];
    await idle.query('BEGIN');
    await expect(idle.query('SELECT 1 / 0')).rejects.toThrow();
    expect(await valueOf(other, 'SELECT 1')).toBe(1);
  });

  it('waits for who works on in a transaction, however long', async () => {
    await serve(engine);
    const [busy, other] = [await open(url), await open(url)];
    await busy.query('BEGIN');
    const waiting = other.query('SELECT id FROM patience');
    for (let round = 0; round < 8; round++) {
      await pause(100);
      await busy.query('INSERT INTO patience VALUES ($1)', [round]);
    }
    await busy.query('COMMIT');
    expect((await waiting).rows).toHaveLength(8);
  });

  it('leaves those alone who idle outside a transaction', async () => {
    await serve(engine);
    const idle = await open(url);
    await idle.query('BEGIN');
    await idle.query('COMMIT');
    await pause(1000);
    expect(await valueOf(idle, 'SELECT 1')).toBe(1);
  });

  it('cuts off who idles even when another client is leaving at that moment', async () => {
    // Cleaning up after a client that leaves takes longer than the patience.
    const slow = new Proxy(engine, {
      get(target, key) {
        if (key !== 'execProtocolRawStream') return Reflect.get(target, key, target) as unknown;
        return async (...[message, options]: Parameters<PGlite['execProtocolRawStream']>) => {
          if (Buffer.from(message).includes('DEALLOCATE')) await pause(1500);
          return target.execProtocolRawStream(message, options);
        };
      },
    });
    await serve(slow);
    const [idle, leaving, other] = [await open(url), await open(url), await open(url)];
    await leaving.query({ name: 'a', text: 'SELECT $1::int', values: [1] });
    await idle.query('BEGIN');
    await leaving.end();
    const answered = valueOf(other, 'SELECT 1');
    const late = pause(15_000, 'nobody was served', { ref: false });
    expect(await Promise.race([answered, late])).toBe(1);
  });

  it('ends every client when it closes', async () => {
    await serve(engine);
    const client = await open(url);
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    await client.query('BEGIN');
    await client.query('INSERT INTO patience VALUES (1)');
    await server.close();
    await ended;
    await expect(open(url)).rejects.toThrow();
    await engine.exec('ROLLBACK');
    expect((await engine.query('SELECT id FROM patience')).rows).toEqual([]);
  });
});
