import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Comment, Engine, type Node, type Program } from 'php-parser';

/** The oldest PHP that the plugin promises to run on, and the newest that it is known to. */
export const PHP_VERSIONS = ['7.4', '8.4'] as const;
export type PhpVersion = (typeof PHP_VERSIONS)[number];

export interface PhpFile {
  /** Below the plugin's folder, with slashes. */
  path: string;
  source: string;
}

/** Files below a folder, by their paths in it, in an order that no file system changes. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort(byCodeUnit);
}

export function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function phpFilesBelow(folder: string): PhpFile[] {
  return filesBelow(folder)
    .filter((path) => path.endsWith('.php'))
    .map((path) => ({ path, source: readFileSync(join(folder, path), 'utf8') }));
}

/** @throws SyntaxError that names file and line */
export function parsePhp(file: PhpFile, version: PhpVersion = '8.4'): Program {
  const engine = new Engine({
    parser: { version, extractDoc: true, suppressErrors: false },
    ast: { withPositions: true },
  });
  try {
    return engine.parseCode(file.source, file.path);
  } catch (error) {
    throw new SyntaxError(`${file.path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** A node of any kind; the package's types know the kinds but not how to tell them apart. */
export interface AnyNode {
  kind: string;
  loc?: { start: { line: number; offset: number }; end: { line: number; offset: number } } | null;
  [property: string]: unknown;
}

export function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as AnyNode).kind === 'string';
}

export function lineOf(node: AnyNode | Node): number {
  return (node as AnyNode).loc?.start.line ?? 0;
}

const NOT_CODE = new Set(['loc', 'leadingComments', 'trailingComments', 'comments', 'errors', 'tokens']);

export function childrenOf(node: AnyNode): AnyNode[] {
  return Object.entries(node).flatMap(([property, value]) =>
    NOT_CODE.has(property) ? [] : (Array.isArray(value) ? (value as unknown[]) : [value]).filter(isNode),
  );
}

/** Every node, parents first. Returning false leaves out what is below a node. */
export function walk(
  node: AnyNode | Program,
  visit: (node: AnyNode, parents: readonly AnyNode[]) => boolean | void,
  parents: readonly AnyNode[] = [],
): void {
  const current = node as AnyNode;
  if (visit(current, parents) === false) return;
  const below = [...parents, current];
  for (const child of childrenOf(current)) walk(child, visit, below);
}

/** The name of a function that is called by its name, in lower case. */
export function calledFunction(node: AnyNode): string | undefined {
  if (node.kind !== 'call') return undefined;
  return nameOf(node.what)?.toLowerCase();
}

/** A name as it is written, without a leading backslash. */
export function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.kind === 'selfreference') return 'self';
  if (node.kind === 'staticreference') return 'static';
  if (node.kind === 'parentreference') return 'parent';
  if ((node.kind === 'name' || node.kind === 'identifier') && typeof node.name === 'string') {
    return node.name.replace(/^\\/, '');
  }
  return undefined;
}

export function argumentsOf(node: AnyNode): AnyNode[] {
  return Array.isArray(node.arguments) ? (node.arguments as unknown[]).filter(isNode) : [];
}

/** The value of a string without variables in it. */
export function literalOf(node: unknown): string | undefined {
  return isNode(node) && node.kind === 'string' && typeof node.value === 'string' ? node.value : undefined;
}

export interface PlacedComment {
  text: string;
  start: number;
  end: number;
}

/** All comments, without their marks. */
export function commentsOf(program: Program): PlacedComment[] {
  const comments = (program as Program & { comments?: Comment[] | null }).comments ?? [];
  return comments.flatMap((comment) => {
    const { loc, value } = comment as Comment & AnyNode;
    return loc ? [{ text: commentText(String(value)), start: loc.start.line, end: loc.end.line }] : [];
  });
}

export function commentText(comment: string): string {
  return comment
    .replace(/^(?:\/\/|#|\/\*+)/, '')
    .replace(/\*+\/\s*$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*\s?/, '').trim())
    .join(' ')
    .trim();
}
