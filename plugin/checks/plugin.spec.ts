import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import {
  buildPlugin,
  type BuiltPlugin,
  extractMessages,
  packageVersion,
  pluginFolder,
  staleFiles,
  versionFaults,
} from '../build/build-plugin';
import { MAX_ZIP_BYTES } from '../build/constants';
import { CONTRACT_FILE, contractConstants, type ContractValue } from '../build/contract';
import { type AnyNode, filesBelow, nameOf, parsePhp, PHP_VERSIONS, phpFilesBelow, walk } from '../build/php';
import { layoutFaults } from './layout';
import { securityFaults } from './security';

const ROOT = join(__dirname, '..', '..');
const FOLDER = pluginFolder(ROOT);
const FILES = phpFilesBelow(FOLDER);

it('has PHP files', () => {
  expect(FILES.map(({ path }) => path)).toContain(CONTRACT_FILE);
});

describe.each(FILES.map((file) => [file.path, file] as const))('%s', (_, file) => {
  it.each(PHP_VERSIONS)('is PHP %s', (version) => {
    expect(parsePhp(file, version).children.length).toBeGreaterThan(0);
  });

  it('is laid out like the others', () => {
    expect(layoutFaults(file)).toEqual([]);
  });
});

it('keeps to what makes a plugin safe', () => {
  expect(securityFaults(FILES)).toEqual([]);
});

it('has texts that can be translated', () => {
  const sources = new Map(FILES.map(({ path, source }) => [path, Buffer.from(source)]));
  expect(extractMessages(ROOT, sources, []).all.faults).toEqual([]);
});

describe('the contract', () => {
  it('is as the build writes it: run `npm run build:plugin`', () => {
    expect(staleFiles(ROOT)).toEqual([]);
  });

  it('has in PHP the values that TypeScript has', () => {
    const constants: Record<string, unknown> = {};
    walk(
      parsePhp({ path: CONTRACT_FILE, source: readFileSync(join(FOLDER, CONTRACT_FILE), 'utf8') }),
      (node) => {
        if (node.kind === 'constant') constants[nameOf(node.name)!] = valueOf(node.value as AnyNode);
      },
    );
    const expected: Record<string, ContractValue> = contractConstants();
    expect(Object.keys(expected).length).toBeGreaterThan(20);
    expect(constants).toEqual(expected);
    expect(constants).toMatchObject({
      OPTIONS: { api_token: 'fiko_wc_api_token' },
      VARIATION_FIELDS: { sku: { getter: 'get_sku', kind: 'text' } },
      SIGNING_SECRET_PREFIX: 'whsec_',
    });
  });
});

describe('what is shipped', () => {
  let built: BuiltPlugin;
  beforeAll(async () => {
    built = await buildPlugin(ROOT);
  });

  it('is one version everywhere', () => {
    const sources = new Map([...built.files].map(([path, bytes]) => [path, Buffer.from(bytes)]));
    expect(versionFaults(packageVersion(ROOT), sources)).toEqual([]);
  });

  it('is small, and the same when it is built again', async () => {
    expect(built.zip.length).toBeLessThan(MAX_ZIP_BYTES);
    expect(Buffer.from((await buildPlugin(ROOT)).zip).equals(Buffer.from(built.zip))).toBe(true);
  });

  it('has no sources, maps or tests', () => {
    const names = Object.keys(unzipSync(built.zip));
    expect(names).toContain('fiko-woocommerce-sync/fiko-woocommerce-sync.php');
    expect(names).toContain('fiko-woocommerce-sync/readme.txt');
    expect(names).toContain('fiko-woocommerce-sync/uninstall.php');
    for (const name of names) {
      expect(name).toMatch(
        /^fiko-woocommerce-sync\/(?:[a-z-]+\.php|readme\.txt|license\.txt|includes\/class-fiko-[a-z-]+\.php|assets\/[a-z]+\.(?:js|css|asset\.php|svg)|languages\/fiko-woocommerce-sync(?:-fa_IR)?[a-z-]*\.(?:pot|po|mo|l10n\.php|json))$/,
      );
    }
    expect(names.filter((name) => name.endsWith('.js')).length).toBeGreaterThan(0);
  });

  it('has every hand-written file', () => {
    expect([...built.files.keys()]).toEqual(expect.arrayContaining(filesBelow(FOLDER)));
  });

  it('is PHP in what the build wrote, too', () => {
    const generated = [...built.files.keys()].filter((path) => /^(?:assets|languages)\/.*\.php$/.test(path));
    expect(generated.length).toBeGreaterThan(1);
    for (const path of generated) {
      const source = Buffer.from(built.files.get(path)!).toString('utf8');
      for (const version of PHP_VERSIONS) expect(parsePhp({ path, source }, version).errors).toEqual([]);
    }
  });
});

function valueOf(node: AnyNode): unknown {
  if (node.kind === 'string') return node.value;
  if (node.kind === 'number') return Number(node.value);
  if (node.kind !== 'array') throw new Error(`a contract of ${node.kind}`);
  const items = node.items as AnyNode[];
  if (items.every((item) => item.key == null)) {
    return items.map((item) => valueOf(item.kind === 'entry' ? (item.value as AnyNode) : item));
  }
  return Object.fromEntries(
    items.map((item) => [(item.key as AnyNode).value, valueOf(item.value as AnyNode)]),
  );
}
