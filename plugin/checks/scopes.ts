import { type AnyNode, calledFunction, isNode, nameOf, walk } from '../build/php';
import type { Program } from 'php-parser';

/** Where variables live: a function, method or closure, or the file outside of them. */
export interface Scope {
  /** `Class::method`, a function's name, or what it is. */
  name: string;
  node: AnyNode | Program;
  parameters: AnyNode[];
  className: string | undefined;
}

const FUNCTIONS = new Set(['function', 'method', 'closure', 'arrowfunc']);

export function isFunction(node: AnyNode): boolean {
  return FUNCTIONS.has(node.kind);
}

export function scopesOf(program: Program): Scope[] {
  const scopes: Scope[] = [{ name: 'the file', node: program, parameters: [], className: undefined }];
  walk(program, (node, parents) => {
    // An arrow function sees the variables around it.
    if (!isFunction(node) || node.kind === 'arrowfunc') return;
    const owner = parents.findLast(({ kind }) => kind === 'class' || kind === 'trait');
    const className = owner && nameOf(owner.name);
    const own = node.kind === 'closure' ? 'a closure' : (nameOf(node.name) ?? 'a function');
    scopes.push({
      name: node.kind === 'method' && className ? `${className}::${own}` : own,
      node,
      parameters: parametersOf(node),
      className,
    });
  });
  return scopes;
}

export function parametersOf(node: AnyNode): AnyNode[] {
  return Array.isArray(node.arguments) ? (node.arguments as unknown[]).filter(isNode) : [];
}

/** Every node of a scope, without those of functions inside it. */
export function walkScope(
  scope: Scope,
  visit: (node: AnyNode, parents: readonly AnyNode[]) => boolean | void,
): void {
  walk(scope.node, (node, parents) => {
    if (
      node !== scope.node &&
      (node.kind === 'closure' || node.kind === 'function' || node.kind === 'method')
    ) {
      return false;
    }
    return visit(node, parents);
  });
}

export function variableName(node: unknown): string | undefined {
  return isNode(node) && node.kind === 'variable' && typeof node.name === 'string' ? node.name : undefined;
}

/** Whether a function is called anywhere below a node. */
export function calls(node: AnyNode, names: readonly string[]): boolean {
  let found = false;
  walk(node, (child) => {
    const called = calledFunction(child);
    if (called !== undefined && names.includes(called)) found = true;
  });
  return found;
}
