import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { KEYS } from '../src/config/config';
import { nearestKey } from '../src/doctor/configuration.check';

const ROOT = join(__dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const filesOf = (folder: string, end: string) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(end))
    .map((name) => `${folder}/${name}`);

const PAGES = ['README.md', 'README.fa.md', ...filesOf('docs', '.md')];
const SCRIPTS = Object.keys((JSON.parse(read('package.json')) as { scripts: object }).scripts);
const BUILT_IN = ['ci', 'install', 'prune', 'test', 'start'];
/** Options that are npm's own, or of a script that is no command of ours. */
const OTHER_OPTIONS = ['omit', 'check'];
const COMMANDS = read('src/cli.ts');
const API = JSON.parse(read('openapi.json')) as { paths: Record<string, object> };
/** What paths of the shop's side begin with, where a page says so once for all. */
const SHOP = '/api/integrations/woocommerce';
/** Of the server and not of its documented API. */
const OTHER_PATHS = ['/metrics', '/docs', '/admin'];
/** Pages of the panel. */
const PANEL = [
  '',
  'tokens',
  'events',
  'products',
  'knowledge',
  'stores',
  'users',
  'audit',
  'account',
  'queues',
];
/** Names that look like settings and are read by something else. */
const OTHER_NAMES = [
  ...[...read('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name!),
  ...['TEST_DATABASE_URL', 'TEST_REDIS_URL', 'NEW_DATABASE_URL', 'FIKO_WC_API_TOKEN'],
  ...['NODE_USE_ENV_PROXY', 'HTTPS_PROXY', 'NODE_EXTRA_CA_CERTS'],
  // Of C's library.
  'MALLOC_ARENA_MAX',
  // Of PHP.
  ...['JSON_UNESCAPED_SLASHES', 'JSON_UNESCAPED_UNICODE', 'JSON_UNESCAPED_LINE_TERMINATORS'],
  // A constant of the code.
  'NORMALIZER_VERSION',
];

/** What stands between backticks, inline and in blocks. */
function codeOf(text: string): string[] {
  const blocks = [...text.matchAll(/^ *```\w*\n(.*?)^ *```/gms)].map(([, code]) => code!);
  const rest = text.replace(/^ *```\w*\n.*?^ *```/gms, '');
  return [...blocks, ...[...rest.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code!)];
}

function unknownCommands(text: string): string[] {
  return codeOf(text).flatMap((code) =>
    [...code.matchAll(/\bnpm (?:run )?(?:-s )?([a-z][\w:-]*)([^\n`&|;]*)/g)].flatMap(
      ([whole, name, rest]) => {
        const known = whole.startsWith('npm run') ? SCRIPTS.includes(name!) : BUILT_IN.includes(name!);
        if (!known) return [`command: ${whole.trim()}`];
        const ofCommand = new RegExp(`cli\\.js ${name}\\b`).test(scriptOf(name!));
        const options = ofCommand
          ? [...rest!.split('#')[0]!.matchAll(/ --([a-z-]+)/g)].map(([, option]) => option!)
          : [];
        return options
          .filter((option) => !COMMANDS.includes(`--${option}`) && !OTHER_OPTIONS.includes(option))
          .map((option) => `option: ${name} --${option}`);
      },
    ),
  );
}

const scriptOf = (name: string) =>
  (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts[name] ?? '';

function unknownSettings(text: string): string[] {
  const names = codeOf(text).flatMap((code) => [
    ...[...code.matchAll(/(?<![\w$:/-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?!\w|\()/g)].map(([name]) => name),
    // A slip of a setting that has one word.
    ...[...code.matchAll(/^(?:export )?([A-Z]+)=/gm)]
      .map(([, name]) => name!)
      .filter((name) => nearestKey(name) !== null),
  ]);
  return names
    .filter((name) => !(name in KEYS) && !OTHER_NAMES.includes(name))
    .map((name) => `setting: ${name}`);
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): string[] {
  return [...text.replace(/^ *```.*?^ *```/gms, '').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/ /g, '-'),
  );
}

function brokenLinks(text: string, page: string): string[] {
  const prose = text.replace(/^ *```.*?^ *```/gms, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^(https?|mailto):/.test(target))
    .filter((target) => !leadsSomewhere(target, page))
    .map((target) => `link: ${target}`);
}

function leadsSomewhere(target: string, page: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(ROOT, file))) return false;
  return anchor === undefined || anchorsOf(read(file)).includes(anchor);
}

/** Paths in code, with their method where one stands before them; `…/` is short for what was said before. */
function unknownPaths(text: string): string[] {
  const calls = codeOf(text).flatMap((code) => [
    ...code.matchAll(
      /(?:\b(GET|POST|PATCH|PUT|DELETE) )?(?<![\w.…/-])(\/(?:api|health|metrics|docs|admin)\b(?:\{[^}\n]*\}|[^\s"'`?,;){])*)/g,
    ),
    ...code.matchAll(/()\$URL(\/(?:\{[^}\n]*\}|[^\s"'`?,;){])*)/g),
  ]);
  return calls
    .filter(([, method, path]) => !isPath(path!, method || undefined))
    .map(([, method, path]) => `path: ${method ? `${method} ` : ''}${path}`);
}

function isPath(path: string, method: string | undefined): boolean {
  const plain = path.replace(/\/\*?$/, '');
  const panel = /^\/admin(?:\/(.*))?$/.exec(plain);
  if (panel) return PANEL.includes(panel[1] ?? '');
  if (OTHER_PATHS.includes(plain)) return true;
  return isOfApi(plain, method) || isOfApi(`${SHOP}${plain}`, method);
}

function isOfApi(plain: string, method: string | undefined): boolean {
  const parts = plain.split('/');
  const fits = Object.entries(API.paths).filter(([known]) => {
    const places = known.replace(/\/$/, '').split('/');
    // Without a method it may stand for all that begins so.
    const whole = places.length === parts.length;
    return (
      (whole || (method === undefined && parts.length < places.length)) &&
      parts.every(
        (part, index) =>
          part === places[index] || (/^\{/.test(places[index]!) && /^(\d+|\{.*\})$/.test(part)),
      )
    );
  });
  return fits.some(([, methods]) => method === undefined || method.toLowerCase() in methods);
}

function complaints(text: string, page: string): string[] {
  return [
    ...unknownCommands(text),
    ...unknownSettings(text),
    ...brokenLinks(text, page),
    ...unknownPaths(text),
  ];
}

describe('what the documentation names exists', () => {
  it.each(PAGES)('%s', (page) => expect(complaints(read(page), page)).toEqual([]));

  it('sees what does not', () => {
    const page = [
      '# A page',
      'Run `npm run docter`, `npm strat`, or `npm run doctor -- --offlien`.',
      'Set `DATABSE_URL` and `EVENT_RETRYS`.',
      '```sh',
      'export PORTS=3000',
      'curl -s $URL/api/v1/integrations/tokens/1/rotat/',
      '```',
      'See [a](none.md), [b](install.md#nowhere), [c](#not-here), `/admin/nothing`,',
      '`GET /api/v1/integrations/tokens/{id}/rotate/` and `/health/alive`.',
    ].join('\n');
    expect(complaints(page, 'docs/a.md').sort()).toEqual(
      [
        'command: npm run docter',
        'command: npm strat',
        'option: doctor --offlien',
        'setting: DATABSE_URL',
        'setting: EVENT_RETRYS',
        'setting: PORTS',
        'link: none.md',
        'link: install.md#nowhere',
        'link: #not-here',
        'path: /api/v1/integrations/tokens/1/rotat/',
        'path: /admin/nothing',
        'path: GET /api/v1/integrations/tokens/{id}/rotate/',
        'path: /health/alive',
      ].sort(),
    );
  });

  it('sees what does', () => {
    const page = [
      '# A page',
      'Run `npm ci`, `npm run -s doctor -- --json`; set `PORT`, `DATABASE_URL=postgres://…`.',
      '`POST /api/v1/integrations/tokens/1/rotate/`, `/health/live`, `/admin/tokens`, [here](#a-page),',
      '[there](../README.md#configuration).',
    ].join('\n');
    expect(complaints(page, 'docs/install.md').filter((one) => one !== 'link: #a-page')).toEqual([]);
  });
});

describe('what the doctor advises exists', () => {
  it.each(filesOf('src/doctor', '.ts').filter((path) => !path.endsWith('.spec.ts')))('%s', (path) => {
    const text = read(path);
    const pages = [...text.matchAll(/docs\/[\w-]+\.md(?:#[\w-]+)?/g)].map(([page]) => page);
    expect(pages.filter((page) => !leadsSomewhere(page, 'README.md'))).toEqual([]);
    const commands = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!);
    expect(commands.filter((name) => !SCRIPTS.includes(name))).toEqual([]);
    const calls = [...text.matchAll(/(GET|POST) (\/api\/[^\s'"`?;]*)/g)];
    expect(calls.filter(([, method, call]) => !isPath(call!, method)).map(([call]) => call)).toEqual([]);
  });
});
