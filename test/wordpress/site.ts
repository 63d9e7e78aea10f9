import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../support/server-process';
import { prepareMaterials, type WordPressVersion } from './materials';

const run = promisify(execFile);

/** Requests that a site answers at the same time: its own to itself need one more than those of a test. */
const WORKERS = 4;
const START_TIMEOUT_MS = 60_000;
/** Of every person in a site. */
export const PASSWORD = 'password';
/** Before what a command prints for its caller. */
const MARK = '\u001e';

export interface SiteOptions {
  /** Folders or zips, installed and activated in this order. */
  plugins?: string[];
  /** Installs those without activating them. */
  activate?: boolean;
  /** Whether the stand-in of WooCommerce is there. */
  woocommerce?: boolean;
  version?: WordPressVersion;
  multisite?: boolean;
  locale?: 'fa_IR';
  database?: 'sqlite' | 'mariadb';
  /** Constants of wp-config.php. */
  constants?: Record<string, string | number | boolean>;
  /** Leaves wp_safe_remote_*() as strict as WordPress has it: it then reaches no server of a test. */
  strictHttp?: boolean;
}

export type Person = 'admin' | 'manager' | 'customer' | 'anonymous';
type Passwords = Record<Exclude<Person, 'anonymous'>, string>;

// What a site answers is asserted field by field; its types are what the tests check.
/* eslint-disable @typescript-eslint/no-explicit-any -- see above */
export interface SiteAnswer {
  status: number;
  text: string;
  /** Parsed where it is JSON, otherwise the text. */
  body: any;
  headers: Headers;
}

/** A request that PHP made. */
export interface OutboundRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: any;
  blocking: boolean;
  timeout: number;
  /** null where there was no answer. */
  status: number | null;
  error: string | null;
  durationMs: number | null;
  /** Milliseconds since 1970. */
  at: number;
}

/** A hook that fired, with ids in its arguments: `{product, type}`, `{post, status}` or a bare value. */
export interface FiredHook {
  hook: string;
  when: 'now' | 'shutdown';
  args: any[];
}

export interface ScheduledAction {
  id: number;
  hook: string;
  args: any[];
  group: string;
  status: 'pending' | 'in-progress' | 'complete' | 'failed' | 'canceled';
  /** Unix seconds; 0 for one that is due at once. */
  at: number;
  /** Seconds; 0 for one that does not recur. */
  every: number;
  error: string;
}

/** What a command of WP-CLI did. */
export interface CommandResult {
  /** 1 where it ended with an error. */
  code: number;
  said: [level: 'line' | 'log' | 'success' | 'warning' | 'error', text: string][];
  bars: { label: string; total: number; ticks: number; finished: boolean }[];
  tables: { format: string; fields: string[]; rows: any[][] }[];
}

export interface LogEntry {
  level: string;
  message: string;
  context: Record<string, any>;
}

/** As {@link WordPressSite.createProduct} takes it; what is left out stays as it is or has WooCommerce's default. */
export interface ProductData {
  type?: 'simple' | 'variable' | 'grouped' | 'external';
  status?: string;
  name?: string;
  slug?: string;
  password?: string;
  description?: string;
  short_description?: string;
  sku?: string;
  regular_price?: string;
  sale_price?: string;
  /** Unix seconds, '' for none. */
  date_on_sale_from?: number | '';
  date_on_sale_to?: number | '';
  manage_stock?: boolean;
  stock_quantity?: number | null;
  stock_status?: 'instock' | 'outofstock' | 'onbackorder';
  catalog_visibility?: 'visible' | 'catalog' | 'search' | 'hidden';
  menu_order?: number;
  /** Names of terms, made where they are new. */
  categories?: string[];
  tags?: string[];
  brands?: string[];
  /** Names of files. */
  image?: string | null;
  gallery?: string[];
  meta?: Record<string, unknown>;
  /** Of a product: a list. Of a variation: slugs by taxonomy, or texts by name. */
  attributes?:
    { name: string; options: string[]; variation?: boolean; visible?: boolean }[] | Record<string, string>;
  variations?: ProductData[];
  /** Makes a variation of this product. */
  parent?: number;
}

interface Recording {
  scenarios: Record<string, [hook: string, when: 'now' | 'shutdown', args: any[]][]>;
}
/* eslint-enable @typescript-eslint/no-explicit-any */

/** What the real WooCommerce fired in each of the recorded scenarios. */
export const RECORDED = JSON.parse(
  readFileSync(join(__dirname, 'hooks-wc-11.0.1.json'), 'utf8'),
) as Recording;
export const SCENARIOS = Object.keys(RECORDED.scenarios);

/** Hooks that are recorded on a site: those that occur in the scenarios. */
const WATCHED = [
  ...new Set(Object.values(RECORDED.scenarios).flatMap((hooks) => hooks.map(([hook]) => hook))),
];

/**
 * Runs a program beside `cat`, which ends with the process that holds the other end of its input, however that ends: then
 * ends the program with all that it started, and removes the folder of its site.
 */
const GUARD = `
{ "$@"; kill -TERM $$; } &
cat >/dev/null
trap '' TERM
kill -TERM 0
wait
rm -rf "$SITE_FOLDER"`;

/** A program that ends with all that it started, and with the process that started it. */
class Daemon {
  private readonly ended: Promise<unknown>;
  output = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly name: string,
  ) {
    child.stderr!.on('data', (data: Buffer) => (this.output += data.toString()));
    this.ended = once(child, 'exit').catch(() => undefined);
  }

  static spawn(
    folder: string,
    command: string,
    args: string[],
    environment: Record<string, string> = {},
  ): Daemon {
    const child = spawn('sh', ['-c', GUARD, 'sh', command, ...args], {
      // A group of its own: the workers of PHP's web server outlive their master.
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { ...process.env, ...environment, SITE_FOLDER: folder },
    });
    return new Daemon(child, command);
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async stop(): Promise<void> {
    this.signal('SIGTERM');
    await this.ended;
    // Whoever was busy.
    this.signal('SIGKILL');
  }

  private signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.child.pid!, signal);
    } catch {
      // Nobody of the group is left.
    }
  }
}

/** A fresh WordPress of its own, served by PHP on a free port of 127.0.0.1. */
export class WordPressSite {
  readonly url: string;
  /** What has been recorded up to here is not told again. */
  private readonly passed = new Map<string, number>();
  private readonly passwords = new Map<Person, string>();
  private readonly sessions = new Map<Person, Map<string, string>>();
  private readonly nonces = new Map<Person, string>();
  private readonly daemons: Daemon[] = [];
  wordpressVersion = '';

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    private readonly secret: string,
    readonly options: SiteOptions,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(options: SiteOptions = {}): Promise<WordPressSite> {
    const materials = await prepareMaterials();
    const folder = await mkdtemp(join(tmpdir(), 'fiko-wordpress-'));
    const site = new WordPressSite(folder, await freePort(), randomBytes(16).toString('hex'), options);
    try {
      await site.build(materials.core(options.version ?? 'newest'), materials.sqlite);
      await site.serve();
      return site;
    } catch (error) {
      await site.stop();
      throw error;
    }
  }

  /** The folder `wp-content`. */
  get wpContent(): string {
    return join(this.folder, 'site', 'wp-content');
  }

  async stop(): Promise<void> {
    await Promise.all(this.daemons.splice(0).map((daemon) => daemon.stop()));
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  // Plugins

  /** Installs a plugin from its folder or its zip, and resolves to the name of its folder. */
  async install(source: string): Promise<string> {
    if (source.endsWith('.zip')) {
      const [folder] = await this.command<string[]>('unzip', { zip: source });
      if (folder === undefined) throw new Error(`${source} has nothing that is new`);
      return folder;
    }
    // A copy: WordPress deletes what is uninstalled, through links too.
    const folder = basename(source);
    await cp(source, join(this.wpContent, 'plugins', folder), { recursive: true, dereference: true });
    return folder;
  }

  /** In a process of its own, which has not loaded the plugin when it begins. */
  async activate(folder: string, { network = false } = {}): Promise<void> {
    await this.command('activate', { folder, network });
  }

  async deactivate(folder: string, { network = false } = {}): Promise<void> {
    await this.command('deactivate', { folder, network });
  }

  /** As the page of plugins deletes one: its uninstall.php runs, and its files go. */
  async uninstall(folder: string): Promise<void> {
    await this.command('uninstall', { folder });
  }

  // PHP

  /**
   * Runs PHP in the site, by the command line, and resolves to what it returns.
   * @param code statements of which one is `return …;`
   */
  eval<T = unknown>(
    code: string,
    { user = 1, blog, scenario }: { user?: number; blog?: number; scenario?: string } = {},
  ): Promise<T> {
    return this.command<T>('eval', {
      code,
      user,
      ...(blog !== undefined && { blog }),
      ...(scenario !== undefined && { scenario: encodeURIComponent(scenario) }),
    });
  }

  /** Runs a command as WP-CLI does: `cli('fiko', 'sync', '--ids=1,2')`. */
  cli(command: string, ...args: string[]): Promise<CommandResult> {
    return this.command('cli', { command, args });
  }

  /** Adds a site to the network, at a path of this name, and resolves to its id. */
  addSite(name: string): Promise<number> {
    return this.command('site', { name, host: `127.0.0.1:${this.port}` });
  }

  option<T = unknown>(name: string): Promise<T> {
    return this.eval<T>(`return get_option( ${phpString(name)}, null );`);
  }

  // HTTP

  /** A request of a browser in which this person has logged in. */
  async request(
    path: string,
    {
      method,
      form,
      json,
      headers = {},
      as = 'admin',
    }: {
      method?: string;
      form?: Record<string, string> | [string, string][];
      json?: unknown;
      headers?: Record<string, string>;
      as?: Person;
    } = {},
  ): Promise<SiteAnswer> {
    const cookies = as === 'anonymous' ? new Map<string, string>() : await this.session(as);
    return this.send(path, {
      method: method ?? (form !== undefined || json !== undefined ? 'POST' : 'GET'),
      headers: {
        ...(cookies.size > 0 && {
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        }),
        ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(form !== undefined && { body: new URLSearchParams(form).toString() }),
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
  }

  /** The nonce by which scripts of this person's session use the REST API. */
  async restNonce(as: Person = 'admin'): Promise<string> {
    const known = this.nonces.get(as);
    if (known !== undefined) return known;
    const { text } = await this.request('/wp-admin/admin-ajax.php?action=rest-nonce', { as });
    this.nonces.set(as, text);
    return text;
  }

  /** A request to the REST API. @param path after `/wp-json` */
  async rest(
    method: string,
    path: string,
    body?: unknown,
    { as = 'admin', headers = {} }: { as?: Person; headers?: Record<string, string> } = {},
  ): Promise<SiteAnswer> {
    const password = this.passwords.get(as);
    return this.send(`/wp-json${path}`, {
      method,
      headers: {
        ...(password !== undefined && {
          authorization: `Basic ${Buffer.from(`${as}:${password}`).toString('base64')}`,
        }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  // Time and background work

  /** Lets so many seconds pass by the plugin's clock. */
  async advance(seconds: number): Promise<void> {
    const path = join(this.folder, 'clock-offset');
    await writeFile(path, String((await this.clockOffset()) + seconds));
  }

  /** Unix seconds, as the plugin has them. */
  async now(): Promise<number> {
    return Math.floor(Date.now() / 1000) + (await this.clockOffset());
  }

  /**
   * Runs what Action Scheduler has due, and what becomes due by that; resolves to how many actions it ran.
   * @param ahead seconds that pass before
   * @param limit of actions
   */
  async runQueue({ ahead = 0, limit = 10_000 }: { ahead?: number; limit?: number } = {}): Promise<number> {
    if (ahead !== 0) await this.advance(ahead);
    const ran = await this.call<number[]>('run_queue', { now: await this.now(), limit }, { user: 0 });
    return ran.length;
  }

  actions(hook?: string): Promise<ScheduledAction[]> {
    return this.call<ScheduledAction[]>('list_actions', hook === undefined ? {} : { hook });
  }

  /** Runs what WordPress itself has scheduled and is due by the real clock. */
  async runCron(): Promise<void> {
    // Without the time of a lock, which only whoever has set it may name.
    await this.send('/wp-cron.php', { method: 'GET' });
  }

  // Products

  /** As saving a new product does it, in a request of its own. `silently` fires no hook. */
  createProduct(
    data: ProductData,
    { scenario, silently = false }: { scenario?: string; silently?: boolean } = {},
  ): Promise<{ id: number; variations: number[] }> {
    return this.call('create_product', { ...data, silently }, { scenario });
  }

  /** Many, of which no hook tells: a shop as it was before the plugin came. */
  createProducts(products: ProductData[]): Promise<number[]> {
    return this.call('create_products', { products });
  }

  async updateProduct(
    id: number,
    data: ProductData,
    { scenario, silently = false }: { scenario?: string; silently?: boolean } = {},
  ): Promise<void> {
    await this.call('update_product', { id, data, silently }, { scenario });
  }

  /** @param by 'crud': by the object's method, after which WooCommerce tells more than after wp-admin */
  async trash(
    id: number,
    { by = 'admin', scenario }: { by?: 'admin' | 'crud'; scenario?: string } = {},
  ): Promise<void> {
    await this.call('trash_product', { id, crud: by === 'crud' }, { scenario });
  }

  async untrash(id: number, { scenario }: { scenario?: string } = {}): Promise<void> {
    await this.call('untrash_product', { id }, { scenario });
  }

  async delete(
    id: number,
    { by = 'admin', scenario }: { by?: 'admin' | 'crud'; scenario?: string } = {},
  ): Promise<void> {
    await this.call('delete_product', { id, crud: by === 'crud' }, { scenario });
  }

  /** Resolves to its id. */
  renameTerm(name: string, taxonomy: string, to: string): Promise<number> {
    return this.call('rename_term', { name, taxonomy, to });
  }

  /** What the getters of a product say, by their names; null where there is none. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- asserted field by field
  product(id: number): Promise<any> {
    return this.call('read_product', { id });
  }

  /**
   * Fires the hooks of a recorded scenario in one request, and leaves the shop as the real action does.
   * @param ids of products of earlier scenarios, by symbol (P1, V1 …); they are first put, silently, into the state
   *   in which the scenario begins
   * @returns ids by symbol
   */
  replay(scenario: string, ids: Record<string, number> = {}): Promise<Record<string, number>> {
    return this.call('replay', { scenario, ids }, { scenario });
  }

  /**
   * Makes what is there before a scenario begins, without a hook that tells of it; resolves to ids by symbol, with which
   * it is then replayed.
   */
  prepare(scenario: string): Promise<Record<string, number>> {
    return this.call('prepare', { scenario });
  }

  // What was observed

  /** The hooks that fired in requests of a scenario. */
  async hooks(scenario: string): Promise<FiredHook[]> {
    const rows = await this.lines<FiredHook & { scenario: string }>('hooks.jsonl');
    return rows
      .filter((row) => row.scenario === scenario)
      .map(({ hook, when, args }) => ({ hook, when, args }));
  }

  /** The requests that PHP made since {@link forget}, but for those to the site itself. */
  async outbound(): Promise<OutboundRequest[]> {
    const rows = await this.lines<OutboundRequest>('outbound.jsonl');
    return rows.filter(({ url }) => !url.startsWith(`${this.url}/`));
  }

  /** PHP's errors, warnings and notices, and what WordPress says of wrong use. */
  debugLog(): Promise<string> {
    return this.read('debug.log');
  }

  /** The entries of {@link debugLog} in which one of these words occurs, such as the folder of a plugin. */
  async noticesOf(...words: string[]): Promise<string[]> {
    const entries = (await this.debugLog()).split(/^(?=\[\d\d-\w{3}-\d{4} )/m);
    return entries.filter((entry) => words.some((word) => entry.includes(word)));
  }

  /** What was written by WooCommerce's logger. */
  woocommerceLog(): Promise<LogEntry[]> {
    return this.lines<LogEntry>('woocommerce.jsonl');
  }

  /** Empties the logs. */
  async forget(): Promise<void> {
    for (const file of ['hooks.jsonl', 'outbound.jsonl', 'debug.log', 'woocommerce.jsonl']) {
      this.passed.set(file, (await this.read(file, false)).length);
    }
  }

  // Inside

  /** Calls a function of the stand-in within a request of its own. */
  private async call<T>(
    name: string,
    input: unknown,
    { scenario, user = 1 }: { scenario?: string | undefined; user?: number } = {},
  ): Promise<T> {
    const { status, body, text } = await this.send('/', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-fiko-call': `fiko_stand_in_${name}`,
        'x-fiko-secret': this.secret,
        'x-fiko-user': String(user),
        ...(scenario !== undefined && { 'x-fiko-scenario': encodeURIComponent(scenario) }),
      },
      body: JSON.stringify(input),
    });
    const answer = body as { value: T; error?: string };
    if (status !== 200 || typeof answer !== 'object')
      throw new Error(`${name}: ${status} ${text.slice(0, 2000)}`);
    if (answer.error !== undefined) throw new Error(`${name}: ${answer.error}`);
    return answer.value;
  }

  /** A bare request, of nobody. */
  async send(path: string, init: RequestInit = {}): Promise<SiteAnswer> {
    const response = await fetch(path.startsWith('http') ? path : this.url + path, {
      redirect: 'manual',
      ...init,
    });
    const text = await response.text();
    let body: unknown = text;
    try {
      body = JSON.parse(text);
    } catch {
      // Pages are not JSON.
    }
    return { status: response.status, text, body, headers: response.headers };
  }

  private async session(as: Person): Promise<Map<string, string>> {
    const known = this.sessions.get(as);
    if (known) return known;
    const { status, headers } = await this.send('/wp-login.php', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        cookie: 'wordpress_test_cookie=WP%20Cookie%20check',
      },
      body: new URLSearchParams({
        log: as,
        pwd: PASSWORD,
        testcookie: '1',
        'wp-submit': 'Log In',
      }).toString(),
    });
    if (status !== 302) throw new Error(`${as} cannot log in: ${status}`);
    const cookies = new Map(
      headers.getSetCookie().map((cookie) => {
        const pair = cookie.slice(0, cookie.indexOf(';'));
        const at = pair.indexOf('=');
        return [pair.slice(0, at), pair.slice(at + 1)] as const;
      }),
    );
    this.sessions.set(as, cookies);
    return cookies;
  }

  /** One process of PHP's command line over the site. */
  private async command<T>(name: string, input: Record<string, unknown>): Promise<T> {
    const child = spawn(
      'php',
      ['-d', 'memory_limit=512M', join(this.folder, 'command.php'), join(this.folder, 'site'), name],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    child.stdin.end(JSON.stringify(input));
    await once(child, 'close');
    const at = output.lastIndexOf(MARK);
    if (at < 0) throw new Error(`${name} ended without an answer: ${output}\n${await this.debugLog()}`);
    const { value, error } = JSON.parse(output.slice(at + 1)) as { value: T; error?: string };
    if (error !== undefined) throw new Error(`${name}: ${error}`);
    return value;
  }

  private async build(core: string, sqlite: string): Promise<void> {
    const { options, folder } = this;
    const { database = 'sqlite', multisite = false, locale = '', woocommerce = true } = options;
    const site = join(folder, 'site');
    await mkdir(join(folder, 'log'));
    // Links to the same files take a tenth of the time of copies; across file systems there are none.
    await run('cp', ['-al', core, site]).catch(async () => {
      await rm(site, { recursive: true, force: true });
      await run('cp', ['-r', core, site]);
    });
    const ours = join(__dirname, 'wordpress');
    await Promise.all([
      cp(join(ours, 'wp-config.php'), join(site, 'wp-config.php')),
      cp(join(ours, 'command.php'), join(folder, 'command.php')),
      cp(join(ours, 'router.php'), join(folder, 'router.php')),
      cp(join(ours, 'wp-cli.php'), join(folder, 'wp-cli.php')),
      cp(join(ours, 'mu-plugins'), join(this.wpContent, 'mu-plugins'), { recursive: true }),
      cp(join(__dirname, 'hooks-wc-11.0.1.json'), join(folder, 'hooks.json')),
      mkdir(join(this.wpContent, 'uploads'), { recursive: true }),
      writeFile(join(folder, 'watched.json'), JSON.stringify(WATCHED)),
      writeFile(
        join(folder, 'site.json'),
        JSON.stringify({
          port: this.port,
          secret: this.secret,
          database,
          multisite,
          constants: options.constants ?? {},
          strictHttp: options.strictHttp ?? false,
        }),
      ),
    ]);
    if (locale !== '') {
      await mkdir(join(this.wpContent, 'languages'));
      await writeFile(join(this.wpContent, 'languages', `${locale}.mo`), languagePack());
    }
    if (database === 'mariadb') await this.startMariaDb();
    else await this.useSqlite(sqlite);

    const { wordpress } = await this.command<{ wordpress: string }>('install', {
      locale,
      multisite,
      host: `127.0.0.1:${this.port}`,
    });
    this.wordpressVersion = wordpress;
    const people = woocommerce
      ? await this.command<Passwords>('activate', {
          folder: await this.install(join(__dirname, 'woocommerce')),
          people: true,
        })
      : await this.command<Passwords>('people', {});
    for (const [name, password] of Object.entries(people)) this.passwords.set(name as Person, password);
    for (const plugin of options.plugins ?? []) {
      const installed = await this.install(plugin);
      if (options.activate !== false) await this.activate(installed);
    }
  }

  private async useSqlite(plugin: string): Promise<void> {
    const folder = join(this.wpContent, 'plugins', 'sqlite-database-integration');
    await cp(plugin, folder, { recursive: true });
    const dropIn = await readFile(join(folder, 'db.copy'), 'utf8');
    await writeFile(
      join(this.wpContent, 'db.php'),
      dropIn
        .replaceAll('{SQLITE_IMPLEMENTATION_FOLDER_PATH}', folder)
        .replaceAll('{SQLITE_PLUGIN}', 'sqlite-database-integration/load.php'),
    );
  }

  /** A server of this site's own, which listens on a socket in its folder and nowhere else. */
  private async startMariaDb(): Promise<void> {
    const data = join(this.folder, 'mariadb');
    const socket = join(this.folder, 'mariadb.sock');
    const user = process.getuid?.() === 0 ? ['--user=root'] : [];
    await run('mariadb-install-db', [
      '--no-defaults',
      ...user,
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ]).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT'
        ? new Error('There is no MariaDB: apt-get install mariadb-server')
        : error;
    });
    const server = Daemon.spawn(this.folder, 'mariadbd', [
      '--no-defaults',
      ...user,
      `--datadir=${data}`,
      `--socket=${socket}`,
      '--skip-networking',
      '--innodb-flush-log-at-trx-commit=0',
      `--pid-file=${join(this.folder, 'mariadb.pid')}`,
    ]);
    this.daemons.push(server);
    await this.until(server, () =>
      run('mariadb', [
        '--no-defaults',
        '-uroot',
        '-S',
        socket,
        '-e',
        'CREATE DATABASE IF NOT EXISTS wordpress',
      ]),
    );
  }

  private async serve(): Promise<void> {
    const server = Daemon.spawn(
      this.folder,
      'php',
      [
        ...['memory_limit=512M', 'max_execution_time=0', 'opcache.revalidate_freq=0'].flatMap((setting) => [
          '-d',
          setting,
        ]),
        ...['-S', `127.0.0.1:${this.port}`, '-t', join(this.folder, 'site'), join(this.folder, 'router.php')],
      ],
      { PHP_CLI_SERVER_WORKERS: String(WORKERS) },
    );
    this.daemons.push(server);
    await this.until(server, async () => {
      const { status } = await fetch(`${this.url}/wp-includes/css/buttons.min.css`);
      if (status !== 200) throw new Error(`answers ${status}`);
    });
  }

  /** Resolves once the probe does. */
  private async until(server: Daemon, probe: () => Promise<unknown>): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      try {
        await probe();
        return;
      } catch (error) {
        if (!server.alive || Date.now() > deadline)
          throw new Error(`${server.name} does not start: ${(error as Error).message}\n${server.output}`, {
            cause: error,
          });
        await sleep(20);
      }
    }
  }

  private async clockOffset(): Promise<number> {
    const path = join(this.folder, 'clock-offset');
    return existsSync(path) ? Number(await readFile(path, 'utf8')) : 0;
  }

  private async lines<T>(file: string): Promise<T[]> {
    const text = await this.read(file);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  }

  /** A log, from where it was forgotten. */
  private async read(file: string, sinceForgotten = true): Promise<string> {
    const path = join(this.folder, 'log', file);
    if (!existsSync(path)) return '';
    const handle = await open(path);
    try {
      const text = await handle.readFile('utf8');
      return sinceForgotten ? text.slice(this.passed.get(file) ?? 0) : text;
    } finally {
      await handle.close();
    }
  }
}

/**
 * The one entry of WordPress's Persian translation without which nothing is written from right to left. The whole cannot
 * be fetched in tests.
 */
function languagePack(): Buffer {
  const entries = [
    ['', 'Language: fa_IR\nContent-Type: text/plain; charset=UTF-8\n'],
    ['text direction\u0004ltr', 'rtl'],
  ] as const;
  const header = 28;
  const strings = header + entries.length * 16;
  const tables: number[][] = [[], []];
  let text = '';
  for (const side of [0, 1] as const) {
    for (const entry of entries) {
      tables[side]!.push(entry[side].length, strings + text.length);
      text += `${entry[side]}\0`;
    }
  }
  const numbers = [
    // The table of hashes is empty; older versions of WordPress read no file that does not say where it begins.
    ...[0x950412de, 0, entries.length, header, header + entries.length * 8, 0, strings],
    ...tables.flat(),
  ];
  const head = Buffer.alloc(numbers.length * 4);
  numbers.forEach((number, index) => head.writeUInt32LE(number, index * 4));
  return Buffer.concat([head, Buffer.from(text, 'latin1')]);
}

/** A literal of PHP. */
export const phpString = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
