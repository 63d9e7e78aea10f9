import { basename } from 'node:path';
import {
  type AnyNode,
  calledFunction,
  argumentsOf,
  lineOf,
  literalOf,
  nameOf,
  parsePhp,
  type PhpFile,
  walk,
} from '../build/php';

/** What PHP 7.4 lacks, by the names of the parser, which takes some of it for any version. */
const LATER_SYNTAX: Readonly<Record<string, string>> = {
  enum: 'an enum',
  match: 'match',
  nullsafepropertylookup: '?->',
  namedargument: 'a named argument',
  uniontype: 'a union of types',
  intersectiontype: 'an intersection of types',
  attrgroup: 'an attribute',
};

/** How files are to be: a guard against direct access, one class, a name after it, and PHP 7.4's syntax. */
export function layoutFaults(file: PhpFile): string[] {
  const program = parsePhp(file);
  const faults: string[] = [];
  const classes: string[] = [];
  walk(program, (node) => {
    if (['class', 'interface', 'trait'].includes(node.kind) && node.isAnonymous !== true) {
      classes.push(nameOf(node.name) ?? '');
    }
    const later = Object.hasOwn(LATER_SYNTAX, node.kind) ? LATER_SYNTAX[node.kind] : laterPart(node);
    if (later) faults.push(`${file.path}:${lineOf(node)}: PHP 7.4 has no ${later.replace(/^an? /, '')}`);
  });
  if (!program.children.some((node) => isGuard(node as unknown as AnyNode))) {
    faults.push(`${file.path}: begins without defined( 'ABSPATH' ) || exit;`);
  }
  if (classes.length > 1) faults.push(`${file.path}: has ${classes.length} classes: ${classes.join(', ')}`);
  const [className] = classes;
  if (className !== undefined) {
    const expected = `class-${className.toLowerCase().replaceAll('_', '-')}.php`;
    if (basename(file.path) !== expected) faults.push(`${file.path}: ${className} belongs into ${expected}`);
  } else if (file.path.startsWith('includes/')) {
    faults.push(`${file.path}: has no class`);
  }
  return faults;
}

function laterPart(node: AnyNode): string | undefined {
  if (Array.isArray(node.attrGroups) && node.attrGroups.length > 0) return 'an attribute';
  // The flags of promoted properties.
  if (node.kind === 'parameter' && typeof node.flags === 'number' && node.flags > 0)
    return 'promoted properties';
  if (node.readonly === true || node.isReadonly === true) return 'readonly';
  return undefined;
}

/** `defined( 'ABSPATH' ) || exit;`, or the same with what WordPress defines while it uninstalls. */
function isGuard(statement: AnyNode): boolean {
  if (statement.kind !== 'expressionstatement') return false;
  const expression = statement.expression as AnyNode;
  if (expression.kind !== 'bin' || (expression.type !== '||' && expression.type !== 'or')) return false;
  const [test, otherwise] = [expression.left as AnyNode, expression.right as AnyNode];
  const name = calledFunction(test) === 'defined' ? literalOf(argumentsOf(test)[0]) : undefined;
  return (name === 'ABSPATH' || name === 'WP_UNINSTALL_PLUGIN') && otherwise.kind === 'exit';
}
