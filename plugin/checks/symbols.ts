import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Program } from 'php-parser';
import { contractConstants, type ContractValue } from '../build/contract';
import {
  type AnyNode,
  argumentsOf,
  calledFunction,
  isNode,
  lineOf,
  literalOf,
  nameOf,
  parsePhp,
  type PhpFile,
  walk,
} from '../build/php';
import { parametersOf, type Scope, scopesOf, variableName, walkScope } from './scopes';

/** Fewest and most arguments, -1 for any number, and the positions that are taken by reference. */
type Signature = readonly [least: number, most: number, references?: readonly number[]];

interface ClassSymbols {
  name: string;
  parent: string | undefined;
  /** Undefined where no more than the name is known. */
  methods: Map<string, Signature & { returns?: string }> | undefined;
  constants: Set<string>;
}

interface Symbols {
  functions: Map<string, Signature>;
  returns: Map<string, string>;
  classes: Map<string, ClassSymbols>;
  constants: Set<string>;
}

interface Recorded {
  functions: Record<string, Signature>;
  classes: Record<
    string,
    { extends: string | null; methods: Record<string, Signature>; constants: string[] } | null
  >;
  constants: string[];
}

/** What PHP 7.4, WordPress and WooCommerce have, without the plugin. */
function knownSymbols(folder: string): Symbols {
  const symbols: Symbols = {
    functions: new Map(),
    returns: new Map(),
    classes: new Map(),
    constants: new Set(),
  };
  for (const name of ['php', 'wordpress']) {
    const recorded = JSON.parse(readFileSync(join(folder, 'symbols', `${name}.json`), 'utf8')) as Recorded;
    for (const [key, signature] of Object.entries(recorded.functions)) symbols.functions.set(key, signature);
    for (const constant of recorded.constants) symbols.constants.add(constant);
    for (const [key, entry] of Object.entries(recorded.classes)) {
      symbols.classes.set(key.toLowerCase(), {
        name: key,
        parent: entry?.extends ?? undefined,
        methods: entry ? new Map(Object.entries(entry.methods)) : undefined,
        constants: new Set(entry?.constants),
      });
    }
  }
  const path = 'stubs/woocommerce.php';
  declare(parsePhp({ path, source: readFileSync(join(folder, path), 'utf8') }), symbols);
  return symbols;
}

/** Adds what a file declares. */
function declare(program: Program, symbols: Symbols): void {
  walk(program, (node, parents) => {
    if (node.kind === 'function') {
      const space = parents.find(({ kind }) => kind === 'namespace')?.name;
      const name = `${typeof space === 'string' ? `${space}\\` : ''}${nameOf(node.name)}`.toLowerCase();
      symbols.functions.set(name, signatureOf(node));
      const returns = documentedClass(node, '@return');
      if (returns) symbols.returns.set(name, returns);
    }
    if (calledFunction(node) === 'define') {
      const name = literalOf(argumentsOf(node)[0]);
      if (name !== undefined) symbols.constants.add(name);
    }
    if (node.kind !== 'class' && node.kind !== 'interface' && node.kind !== 'trait') return;
    const name = nameOf(node.name);
    if (name === undefined) return;
    const body = (node.body ?? []) as AnyNode[];
    symbols.classes.set(name.toLowerCase(), {
      name,
      parent: nameOf(node.extends),
      methods: new Map(
        body
          .filter(({ kind }) => kind === 'method')
          .map((method) => [
            nameOf(method.name)!.toLowerCase(),
            Object.assign([...signatureOf(method)] as unknown as Signature, {
              returns: nameOf(method.type) ?? documentedClass(method, '@return'),
            }),
          ]),
      ),
      constants: new Set(
        body
          .filter(({ kind }) => kind === 'classconstant')
          .flatMap(({ constants }) => (constants as AnyNode[]).map((constant) => nameOf(constant.name)!)),
      ),
    });
  });
}

function signatureOf(node: AnyNode): Signature {
  const parameters = parametersOf(node);
  const needed = parameters.findLastIndex(({ value, variadic }) => !value && variadic !== true) + 1;
  const any = parameters.some(({ variadic }) => variadic === true);
  const references = parameters.flatMap(({ byref }, place) => (byref === true ? [place] : []));
  return [needed, any ? -1 : parameters.length, references];
}

/** The one class that a docblock's tag names. */
function documentedClass(node: AnyNode, tag: string, parameter?: string): string | undefined {
  const comments = Array.isArray(node.leadingComments) ? (node.leadingComments as { value: string }[]) : [];
  const doc = comments.at(-1)?.value ?? '';
  for (const match of doc.matchAll(/(@\w+)[ \t]+(\S+)(?:[ \t]+\$(\w+))?/g)) {
    if (match[1] !== tag || (parameter !== undefined && match[3] !== parameter)) continue;
    const classes = match[2]!.split('|').filter((type) => /^\\?[A-Z]\w*$/.test(type) || type === 'wpdb');
    const others = match[2]!.split('|').filter((type) => !/^(?:\\?[A-Z]\w*|wpdb|null|false)$/.test(type));
    return classes.length === 1 && others.length === 0 ? classes[0]!.replace(/^\\/, '') : undefined;
  }
  return undefined;
}

/**
 * Calls of what there is not, with too few or too many arguments; constants and keys of the contract that do not exist;
 * callbacks without a method; private methods that nothing calls; variables that nothing sets.
 */
export function symbolFaults(files: readonly PhpFile[], folder = __dirname): string[] {
  const symbols = knownSymbols(folder);
  const programs = files.map((file) => ({ file, program: parsePhp(file) }));
  for (const { program } of programs) declare(program, symbols);
  return [
    ...programs.flatMap(({ file, program }) => {
      const faults = new Set<string>();
      const report: Report = (node, what) => faults.add(`${file.path}:${lineOf(node)}: ${what}`);
      // What is asked for first may be missing.
      const asked = askedFor(program);
      for (const scope of scopesOf(program)) {
        checkScope(scope, symbols, asked, report);
        checkVariables(scope, symbols, report);
      }
      return [...faults];
    }),
    ...unusedMethods(programs),
  ];
}

type Report = (node: AnyNode, what: string) => unknown;

function askedFor(program: Program): Set<string> {
  const names = new Set<string>();
  walk(program, (node) => {
    const called = calledFunction(node);
    if (
      called === undefined ||
      !['function_exists', 'class_exists', 'defined', 'is_callable'].includes(called)
    )
      return;
    const name = literalOf(argumentsOf(node)[0]);
    if (name !== undefined) names.add(name.replace(/^\\/, '').toLowerCase());
  });
  return names;
}

function checkScope(scope: Scope, symbols: Symbols, asked: ReadonlySet<string>, report: Report): void {
  const types = typesOf(scope, symbols);
  const classNamed = (name: string | undefined): string | undefined =>
    name === 'self' || name === 'static'
      ? scope.className
      : name === 'parent'
        ? symbols.classes.get(scope.className?.toLowerCase() ?? '')?.parent
        : name;
  walkScope(scope, (node, parents) => {
    const called = calledFunction(node);
    if (called !== undefined) {
      const signature = symbols.functions.get(called);
      if (signature) checkArguments(node, `${called}()`, signature, report);
      else if (!asked.has(called)) report(node, `there is no function ${called}()`);
    }
    if (node.kind === 'new') {
      const name = classNamed(nameOf(node.what));
      if (name !== undefined && !checkClass(name, symbols, asked, node, report)) return;
      const constructor = name === undefined ? undefined : findMethod(name, '__construct', symbols);
      if (constructor && constructor !== 'unknown')
        checkArguments(node, `new ${name}()`, constructor, report);
    }
    if (node.kind === 'staticlookup') {
      const name = classNamed(nameOf(node.what));
      const member = nameOf(node.offset);
      if (name === undefined || member === undefined) return;
      if (!checkClass(name, symbols, asked, node, report)) return;
      const parent = parents.at(-1);
      if (parent?.kind === 'call' && parent.what === node) checkMethod(parent, name, member, symbols, report);
      else if (member !== 'class') checkConstant(node, name, member, symbols, parents, report);
    }
    if (node.kind === 'call' && (node.what as AnyNode).kind === 'propertylookup') {
      const lookup = node.what as AnyNode;
      const type = typeOf(lookup.what as AnyNode, types, scope, symbols);
      const member = nameOf(lookup.offset);
      if (type !== undefined && member !== undefined) checkMethod(node, type, member, symbols, report);
    }
    if (node.kind === 'name' && isConstantUse(node, parents.at(-1))) {
      const name = nameOf(node)!;
      if (!symbols.constants.has(name) && !asked.has(name.toLowerCase()))
        report(node, `there is no constant ${name}`);
    }
    if (node.kind === 'array') checkCallback(node, scope, symbols, report);
  });
}

function checkClass(
  name: string,
  symbols: Symbols,
  asked: ReadonlySet<string>,
  node: AnyNode,
  report: Report,
): boolean {
  const known = symbols.classes.has(name.toLowerCase());
  if (!known && !asked.has(name.toLowerCase())) report(node, `there is no class ${name}`);
  return known;
}

function checkMethod(
  call: AnyNode,
  className: string,
  method: string,
  symbols: Symbols,
  report: Report,
): void {
  const signature = findMethod(className, method, symbols);
  if (signature === 'unknown') return;
  if (signature) checkArguments(call, `${className}::${method}()`, signature, report);
  else report(call, `there is no method ${className}::${method}()`);
}

/** The method of a class or of those above it; `unknown` where one of them is. */
function findMethod(
  className: string,
  method: string,
  symbols: Symbols,
): (Signature & { returns?: string }) | 'unknown' | undefined {
  let name: string | undefined = className;
  while (name !== undefined) {
    const found: ClassSymbols | undefined = symbols.classes.get(name.toLowerCase());
    if (!found?.methods) return 'unknown';
    const signature = found.methods.get(method.toLowerCase());
    if (signature) return signature;
    if (found.methods.has('__call') || found.methods.has('__callstatic')) return 'unknown';
    name = found.parent;
  }
  return undefined;
}

function checkArguments(call: AnyNode, name: string, [least, most]: Signature, report: Report): void {
  const given = argumentsOf(call);
  if (given.some(({ kind }) => kind === 'variadic' || kind === 'variadicplaceholder')) return;
  if (given.length < least) report(call, `${name} needs ${least} arguments, not ${given.length}`);
  if (most >= 0 && given.length > most) report(call, `${name} takes ${most} arguments, not ${given.length}`);
}

function checkConstant(
  node: AnyNode,
  className: string,
  constant: string,
  symbols: Symbols,
  parents: readonly AnyNode[],
  report: Report,
): void {
  let name: string | undefined = className;
  while (name !== undefined) {
    const found: ClassSymbols | undefined = symbols.classes.get(name.toLowerCase());
    if (!found?.methods || found.constants.has(constant)) {
      if (className === 'Fiko_Contract') checkKeys(constant, node, parents, report);
      return;
    }
    name = found.parent;
  }
  report(node, `there is no constant ${className}::${constant}`);
}

const CONTRACT = contractConstants();

/** Fiko_Contract::TIMING['debounce']: a key that is missing is no more than a notice in PHP. */
function checkKeys(constant: string, node: AnyNode, parents: readonly AnyNode[], report: Report): void {
  let value: ContractValue | undefined = CONTRACT[constant];
  let path = `Fiko_Contract::${constant}`;
  let below = node;
  for (const parent of parents.toReversed()) {
    if (parent.kind !== 'offsetlookup' || parent.what !== below) return;
    const key = literalOf(parent.offset);
    if (key === undefined || typeof value !== 'object' || Array.isArray(value)) return;
    path += `['${key}']`;
    value = Object.hasOwn(value, key) ? (value as Record<string, ContractValue>)[key] : undefined;
    if (value === undefined) return void report(node, `there is no ${path}`);
    below = parent;
  }
}

/** The parser has one kind for the names of functions, classes and constants. */
function isConstantUse(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (!parent || /^(?:true|false|null|parent|self|static)$/i.test(nameOf(node)!)) return false;
  if (parent.kind === 'call' || parent.kind === 'new' || parent.kind === 'staticlookup')
    return parent.what !== node;
  if (parent.kind === 'bin' && parent.type === 'instanceof') return parent.right !== node;
  return ![
    'parameter',
    'closure',
    'method',
    'function',
    'class',
    'interface',
    'trait',
    'catch',
    'property',
    'traituse',
    'useitem',
    'nullabletype',
    'typereference',
    'propertystatement',
    'arrowfunc',
    'uniontype',
  ].includes(parent.kind);
}

/** array( 'Fiko_X', 'method' ), array( __CLASS__, 'method' ), array( $this, 'method' ). */
function checkCallback(node: AnyNode, scope: Scope, symbols: Symbols, report: Report): void {
  const items = (node.items as AnyNode[]).map((item) =>
    item.kind === 'entry' ? (!item.key ? (item.value as AnyNode) : undefined) : item,
  );
  const [owner, method] = items;
  const name = literalOf(method);
  if (items.length !== 2 || !owner || name === undefined) return;
  const literal = literalOf(owner);
  const className =
    (literal !== undefined && /^Fiko_/.test(literal) ? literal : undefined) ??
    (owner.kind === 'magic' && owner.value === '__CLASS__' ? scope.className : undefined) ??
    (variableName(owner) === 'this' ? scope.className : undefined);
  if (className === undefined) return;
  if (!symbols.classes.has(className.toLowerCase()))
    return void report(node, `there is no class ${className}`);
  if (findMethod(className, name, symbols) === undefined) {
    report(node, `there is no method ${className}::${name}() to call back`);
  }
}

/** Classes of variables, where they are declared, or made in one place. */
function typesOf(scope: Scope, symbols: Symbols): Map<string, string> {
  const types = new Map<string, string>([['wpdb', 'wpdb']]);
  if (scope.className !== undefined) types.set('this', scope.className);
  for (const parameter of scope.parameters) {
    const name = nameOf(parameter.name);
    if (name === undefined) continue;
    const type = nameOf(parameter.type) ?? documentedClass(scope.node as AnyNode, '@param', name);
    if (type !== undefined && symbols.classes.has(type.toLowerCase())) types.set(name, type);
  }
  const assigned = new Map<string, (string | undefined)[]>();
  walkScope(scope, (node) => {
    const name = node.kind === 'assign' ? variableName(node.left) : undefined;
    if (name === undefined) return;
    assigned.set(name, [...(assigned.get(name) ?? []), typeOf(node.right as AnyNode, types, scope, symbols)]);
  });
  for (const [name, all] of assigned) {
    const distinct = [...new Set(types.has(name) ? [types.get(name), ...all] : all)];
    if (distinct.length === 1 && distinct[0] !== undefined) types.set(name, distinct[0]);
    else types.delete(name);
  }
  return types;
}

function typeOf(
  node: AnyNode,
  types: ReadonlyMap<string, string>,
  scope: Scope,
  symbols: Symbols,
): string | undefined {
  const name = variableName(node);
  if (name !== undefined) return types.get(name);
  const ownClass = (written: string | undefined): string | undefined =>
    written === 'self' || written === 'static' ? scope.className : written;
  if (node.kind === 'new') return ownClass(nameOf(node.what));
  if (node.kind !== 'call') return undefined;
  const called = calledFunction(node);
  if (called !== undefined) return symbols.returns.get(called);
  const what = node.what as AnyNode;
  const method = nameOf(what.offset);
  const owner =
    what.kind === 'staticlookup'
      ? ownClass(nameOf(what.what))
      : what.kind === 'propertylookup'
        ? typeOf(what.what as AnyNode, types, scope, symbols)
        : undefined;
  if (owner === undefined || method === undefined) return undefined;
  const signature = findMethod(owner, method, symbols);
  if (!signature || signature === 'unknown' || signature.returns === undefined) return undefined;
  const type = ownClass(signature.returns);
  return type !== undefined && symbols.classes.has(type.toLowerCase()) ? type : undefined;
}

const ALWAYS_SET = new Set(
  'this GLOBALS _GET _POST _REQUEST _SERVER _COOKIE _FILES _ENV _SESSION http_response_header'.split(' '),
);

/** Variables that are read and set nowhere in the scope: misspelt ones, mostly. */
function checkVariables(scope: Scope, symbols: Symbols, report: Report): void {
  const set = new Set<string>(ALWAYS_SET);
  const read: { name: string; node: AnyNode }[] = [];
  let dynamic = false;
  for (const parameter of scope.parameters) set.add(nameOf(parameter.name) ?? '');
  for (const used of ((scope.node as AnyNode).uses ?? []) as AnyNode[])
    set.add(variableName(used) ?? nameOf(used) ?? '');
  const target = (node: unknown): void => {
    if (!isNode(node)) return;
    const name = variableName(node);
    if (name !== undefined) set.add(name);
    if (node.kind === 'offsetlookup') target(node.what);
    if (node.kind === 'list' || node.kind === 'array') {
      for (const item of node.items as (AnyNode | null)[]) target(item?.kind === 'entry' ? item.value : item);
    }
  };
  walkScope(scope, (node, parents) => {
    if (node.kind === 'assign' || node.kind === 'assignref') target(node.left);
    if (node.kind === 'foreach') [node.key, node.value].forEach(target);
    if (node.kind === 'catch') target(node.variable);
    if (node.kind === 'global') (node.items as AnyNode[]).forEach(target);
    if (node.kind === 'static')
      (node.variables as AnyNode[]).forEach((item) => target(item.variable ?? item));
    if (node.kind === 'arrowfunc') parametersOf(node).forEach(({ name }) => set.add(nameOf(name) ?? ''));
    if (node.kind === 'closure') {
      for (const used of (node.uses ?? []) as AnyNode[]) {
        if (used.byref === true) target(used);
        else read.push({ name: variableName(used) ?? '', node: used });
      }
    }
    const called = calledFunction(node);
    if (called === 'compact' || called === 'extract' || node.kind === 'include')
      dynamic ||= called !== undefined;
    if (called !== undefined) {
      const [, , references = []] = symbols.functions.get(called) ?? [0, -1];
      for (const place of references) target(argumentsOf(node)[place]);
    }
    const parent = parents.at(-1);
    // The property of self::$name has a variable's form.
    if (node.kind === 'variable' && !(parent?.kind === 'staticlookup' && parent.offset === node)) {
      const name = variableName(node);
      if (name === undefined) dynamic = true;
      // Asking whether there is one reads it, too, but may.
      else if (!parents.some(({ kind }) => kind === 'isset' || kind === 'empty')) read.push({ name, node });
    }
  });
  if (dynamic) return;
  for (const { name, node } of read)
    if (!set.has(name)) report(node, `$${name} is set nowhere in ${scope.name}`);
}

function unusedMethods(programs: readonly { file: PhpFile; program: Program }[]): string[] {
  return programs.flatMap(({ file, program }) => {
    const used = new Set<string>();
    const methods: AnyNode[] = [];
    walk(program, (node) => {
      if (node.kind === 'propertylookup' || node.kind === 'staticlookup')
        used.add((nameOf(node.offset) ?? '').toLowerCase());
      const literal = literalOf(node);
      if (literal !== undefined) used.add(literal.split('::').at(-1)!.toLowerCase());
      if (node.kind === 'method' && node.visibility === 'private') methods.push(node);
    });
    return methods
      .filter(
        (method) => !nameOf(method.name)!.startsWith('__') && !used.has(nameOf(method.name)!.toLowerCase()),
      )
      .map((method) => `${file.path}:${lineOf(method)}: nothing calls the private ${nameOf(method.name)}()`);
  });
}
