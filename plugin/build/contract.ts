import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import * as shopApi from '../../src/contract/shop-api';
import * as shopPlugin from '../../src/contract/shop-plugin';
import { SIGNING_SECRET_PREFIX } from '../../src/contract/signature';

export type ContractValue =
  string | number | boolean | readonly ContractValue[] | { readonly [key: string]: ContractValue };

export const CONTRACT_FILE = 'includes/class-fiko-contract.php';

/** What PHP gets of each source: everything, or what is named. */
const SOURCES: readonly { file: string; exports: Readonly<Record<string, ContractValue>> }[] = [
  { file: 'src/contract/shop-api.ts', exports: shopApi },
  { file: 'src/contract/shop-plugin.ts', exports: shopPlugin },
  { file: 'src/contract/signature.ts', exports: { SIGNING_SECRET_PREFIX } },
];

/** Constants of a class `Fiko_…` need no prefix of their own. */
function constantName(name: string): string {
  if (name === 'SHOP_API') return 'API';
  if (name === 'SYNC_STATES') return 'STATES';
  return name.replace(/^PLUGIN_/, '');
}

export function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The value as PHP has it: keys in snake_case. */
export function phpValue(value: ContractValue): ContractValue {
  if (Array.isArray(value)) return value.map((item) => phpValue(item as ContractValue));
  if (typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value as Record<string, ContractValue>).map(([key, item]) => [
      snakeCase(key),
      phpValue(item),
    ]),
  );
}

/** Each constant of `Fiko_Contract` and its value. */
export function contractConstants(): Record<string, ContractValue> {
  return Object.fromEntries(
    SOURCES.flatMap(({ exports }) =>
      Object.entries(exports).map(([name, value]) => [constantName(name), phpValue(value)]),
    ),
  );
}

interface Documented {
  /** Sentences of the comment above it, a line each. */
  comment: string[];
  keys: Map<string, string[]>;
}

/** The class, as it is committed. */
export function generateContract(root: string): string {
  const constants = SOURCES.flatMap(({ file, exports }) => {
    const documented = readComments(join(root, file));
    // A namespace lists its exports by name; the source has them in an order that tells something.
    return [...documented].flatMap(([name, comments]) => {
      const value = exports[name];
      return value === undefined ? [] : [constant(constantName(name), phpValue(value), comments)];
    });
  });
  const sources = SOURCES.map(({ file }) => ` * - ${file}`).join('\n');
  return `<?php
/**
 * Paths, limits and names that the plugin shares with the server. GENERATED, not to be edited: \`npm run build:plugin\`
 * writes it from
${sources}
 *
 * @package Fiko_WooCommerce_Sync
 */

defined( 'ABSPATH' ) || exit;

/**
 * What server and plugin must agree on.
 */
final class Fiko_Contract {

${constants.join('\n\n')}
}
`;
}

function constant(name: string, value: ContractValue, { comment, keys }: Documented): string {
  const lines = comment.length > 0 ? comment : [sentence(name)];
  const doc = ['\t/**', ...lines.map((line) => `\t * ${line}`), '\t */'].join('\n');
  return `${doc}\n\tconst ${name} = ${print(value, '\t', keys)};`;
}

/** WordPress's standard wants a description of everything. */
function sentence(name: string): string {
  const words = name.toLowerCase().replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function print(value: ContractValue, indent: string, comments: ReadonlyMap<string, string[]>): string {
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&')}'`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const inner = `${indent}\t`;
  if (Array.isArray(value)) {
    return `array( ${value.map((item) => print(item as ContractValue, inner, new Map())).join(', ')} )`;
  }
  const entries = Object.entries(value);
  const width = Math.max(...entries.map(([key]) => key.length));
  const lines = entries.flatMap(([key, item]) => [
    ...(comments.get(key) ?? []).map((line) => `${inner}// ${line}`),
    `${inner}'${key}'${' '.repeat(width - key.length)} => ${print(item, inner, new Map())},`,
  ]);
  return `array(\n${lines.join('\n')}\n${indent})`;
}

/** The comments above the exported constants and above the keys of their objects. */
function readComments(file: string): Map<string, Documented> {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const documented = new Map<string, Documented>();
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const declaration of statement.declarationList.declarations) {
      const keys = new Map<string, string[]>();
      for (const property of objectOf(declaration.initializer)?.properties ?? []) {
        if (property.name && ts.isIdentifier(property.name)) {
          keys.set(snakeCase(property.name.text), docLines(property, source));
        }
      }
      documented.set(declaration.name.getText(source), { comment: docLines(statement, source), keys });
    }
  }
  return documented;
}

function objectOf(node: ts.Expression | undefined): ts.ObjectLiteralExpression | undefined {
  if (node && ts.isAsExpression(node)) return objectOf(node.expression);
  return node && ts.isObjectLiteralExpression(node) ? node : undefined;
}

function docLines(node: ts.Node, source: ts.SourceFile): string[] {
  const last = ts.getLeadingCommentRanges(source.text, node.pos)?.at(-1);
  const text = last && source.text.slice(last.pos, last.end);
  // What an empty line parts from it is about the whole file.
  if (!text?.startsWith('/**') || /\n\s*\n/.test(source.text.slice(last!.end, node.getStart(source))))
    return [];
  const lines = text
    .slice(3, -2)
    .split('\n')
    .map((line) => line.replace(/^\s*\*?\s*/, '').trim())
    .filter((line) => line !== '');
  // PHP's standard has sentences begin with a capital.
  return lines.map((line, place) => (place === 0 ? line.charAt(0).toUpperCase() + line.slice(1) : line));
}
