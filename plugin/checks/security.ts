import type { Program } from 'php-parser';
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
import { calls, type Scope, scopesOf, variableName, walkScope } from './scopes';

/** Functions of WordPress and PHP whose result can stand in HTML. */
const ESCAPING =
  /^(?:esc_(?:html|attr|url|js|textarea|xml)(?:__|_x)?|wp_kses(?:_\w+)?|wp_json_encode|absint|intval|get_submit_button|checked|selected|disabled|number_format|wp_nonce_field)$/;
/** Those that put pieces together. */
const JOINING = new Set(['sprintf', 'implode', 'join', 'trim', 'str_repeat']);
/** Print what they translate as it is. */
const UNESCAPED_PRINT: Readonly<Record<string, string>> = { _e: 'esc_html_e', _ex: 'echo esc_html_x' };

const QUERIES = new Set(['query', 'upsert', 'get_results', 'get_row', 'get_col', 'get_var', 'prepare']);
const NUMBERS = new Set(['intval', 'absint', 'count', 'time', 'max', 'min']);
/** Functions whose result is as safe as the list that they are given. */
const LISTS = new Set(['array_chunk', 'array_slice', 'array_unique', 'array_values', 'array_filter']);

const FORBIDDEN = new Set(
  (
    'eval assert create_function extract exec shell_exec system passthru proc_open popen pcntl_exec ' +
    'unserialize maybe_unserialize curl_init fsockopen stream_socket_client parse_str mysqli_query mysql_query ' +
    'var_dump print_r var_export error_log debug_print_backtrace phpinfo ini_set set_time_limit'
  ).split(' '),
);
/** Functions that are not asked whether a user may. */
const AUTHORISING = ['current_user_can', 'user_can', 'current_user_can_for_site'];
const NONCES = ['check_admin_referer', 'check_ajax_referer', 'wp_verify_nonce'];

/**
 * Breaches of the rules that keep a shop safe, as `file:line: what`. They are found in the syntax alone: what passes can
 * still be wrong, what fails is written in a way that nobody can see at a glance to be right.
 */
export function securityFaults(files: readonly PhpFile[]): string[] {
  const programs = files.map((file) => ({ file, program: parsePhp(file) }));
  const methods = new Map<string, AnyNode>();
  for (const { program } of programs) {
    for (const { name, node } of scopesOf(program)) methods.set(name.toLowerCase(), node as AnyNode);
  }
  return programs.flatMap(({ file, program }) => {
    const faults: { line: number; what: string }[] = [];
    const report = (node: AnyNode, what: string): number => faults.push({ line: lineOf(node), what });
    checkOutput(program, report);
    checkCalls(program, methods, report);
    for (const scope of scopesOf(program))
      if (scope.className !== DATABASE_CLASS) checkQueries(scope, report);
    return faults.sort((a, b) => a.line - b.line).map(({ line, what }) => `${file.path}:${line}: ${what}`);
  });
}

type Report = (node: AnyNode, what: string) => unknown;

function checkOutput(program: Program, report: Report): void {
  walk(program, (node) => {
    const called = calledFunction(node);
    const printed =
      node.kind === 'echo'
        ? (node.expressions as AnyNode[])
        : node.kind === 'print'
          ? [node.expression as AnyNode]
          : called === 'printf' || called === 'vprintf'
            ? argumentsOf(node)
            : [];
    for (const expression of printed) {
      if (!isEscaped(expression))
        report(expression, 'printed without esc_html(), esc_attr(), esc_url() or the like');
    }
    if (called !== undefined && Object.hasOwn(UNESCAPED_PRINT, called)) {
      report(node, `${called}() prints unescaped: use ${UNESCAPED_PRINT[called]}()`);
    }
  });
}

function isEscaped(node: AnyNode): boolean {
  switch (node.kind) {
    case 'string':
    case 'number':
    case 'nowdoc':
    case 'boolean':
    case 'nullkeyword':
      return true;
    case 'cast':
      return node.type === 'int' || node.type === 'float';
    case 'bin':
      return node.type === '.' && isEscaped(node.left as AnyNode) && isEscaped(node.right as AnyNode);
    case 'retif':
      return isEscaped((node.trueExpr ?? node.test) as AnyNode) && isEscaped(node.falseExpr as AnyNode);
    case 'staticlookup':
      return isContractConstant(node);
    case 'call': {
      const called = calledFunction(node) ?? '';
      return ESCAPING.test(called) || (JOINING.has(called) && argumentsOf(node).every(isEscaped));
    }
    default:
      return node.parenthesizedExpression === true && isNode(node.inner) && isEscaped(node.inner);
  }
}

function isContractConstant(node: AnyNode): boolean {
  return node.kind === 'staticlookup' && nameOf(node.what) === 'Fiko_Contract';
}

function checkCalls(program: Program, methods: ReadonlyMap<string, AnyNode>, report: Report): void {
  walk(program, (node, parents) => {
    if (node.kind === 'eval') report(node, 'eval is forbidden');
    if (node.kind === 'silent') report(node, '@ hides errors');
    if (node.kind === 'encapsed' && node.type === 'shell') report(node, 'commands are forbidden');
    const called = calledFunction(node);
    if (called === undefined) return;
    if (FORBIDDEN.has(called)) report(node, `${called}() is forbidden`);
    const owner = parents.findLast(({ kind }) => kind === 'class');
    const className = owner ? (nameOf(owner.name) ?? '') : '';
    if (called === 'register_rest_route') checkRoute(node, className, methods, report);
    if (called === 'add_action') checkHandler(node, className, methods, report);
  });
}

/** A route says who may call it, and whoever is asked looks at the user's capabilities. */
function checkRoute(
  call: AnyNode,
  className: string,
  methods: ReadonlyMap<string, AnyNode>,
  report: Report,
): void {
  const options = argumentsOf(call)[2];
  if (options?.kind !== 'array')
    return void report(call, 'register_rest_route() needs its options written out');
  const endpoints = entriesOf(options).has('callback')
    ? [options]
    : (options.items as AnyNode[])
        .map((item) => (item.kind === 'entry' ? (item.value as AnyNode) : item))
        .filter(({ kind }) => kind === 'array');
  if (endpoints.length === 0) report(call, 'register_rest_route() has no endpoint with a callback');
  for (const endpoint of endpoints) {
    const permission = entriesOf(endpoint).get('permission_callback');
    if (!permission) {
      report(endpoint, 'a REST route without permission_callback');
      continue;
    }
    const body = callbackBody(permission, className, methods);
    if (!body || !calls(body, AUTHORISING)) {
      report(permission, 'permission_callback does not ask current_user_can()');
    }
  }
}

function checkHandler(
  call: AnyNode,
  className: string,
  methods: ReadonlyMap<string, AnyNode>,
  report: Report,
): void {
  const [hook, callback] = argumentsOf(call);
  const name = hook && hookName(hook);
  if (name === undefined || !/^(?:admin_post_|wp_ajax_|admin_action_)/.test(name)) return;
  if (/^(?:admin_post|wp_ajax)_nopriv_/.test(name)) report(call, `${name} is open to anybody`);
  const body = callback && callbackBody(callback, className, methods);
  if (!body || !calls(body, NONCES)) report(call, `the handler of ${name} does not check a nonce`);
  if (!body || !calls(body, AUTHORISING))
    report(call, `the handler of ${name} does not ask current_user_can()`);
}

/** The literal that a hook's name begins with. */
function hookName(node: AnyNode): string | undefined {
  return node.kind === 'bin' ? hookName(node.left as AnyNode) : literalOf(node);
}

function entriesOf(array: AnyNode): Map<string, AnyNode> {
  const entries = new Map<string, AnyNode>();
  for (const item of array.items as AnyNode[]) {
    const key = item.kind === 'entry' ? literalOf(item.key) : undefined;
    if (key !== undefined) entries.set(key, item.value as AnyNode);
  }
  return entries;
}

/** What runs: a closure, a function by its name, or a method as array( $this, 'name' ). */
function callbackBody(
  callback: AnyNode,
  className: string,
  methods: ReadonlyMap<string, AnyNode>,
): AnyNode | undefined {
  if (callback.kind === 'closure' || callback.kind === 'arrowfunc') return callback;
  const name = literalOf(callback);
  if (name !== undefined) return methods.get(name.toLowerCase());
  if (callback.kind !== 'array') return undefined;
  const [owner, method] = (callback.items as AnyNode[]).map((item) =>
    item.kind === 'entry' ? (item.value as AnyNode) : item,
  );
  const methodName = literalOf(method);
  if (!owner || methodName === undefined) return undefined;
  return methods.get(`${literalOf(owner) ?? className}::${methodName}`.toLowerCase());
}

/** Runs the statements of others, which are checked where they are written. */
const DATABASE_CLASS = 'Fiko_Database';

/** What goes into SQL is written there, is a table's name, is a number, or goes through prepare(). */
function checkQueries(scope: Scope, report: Report): void {
  const values = assignedValues(scope);
  walkScope(scope, (node) => {
    const method = databaseMethod(node);
    if (method === undefined || !QUERIES.has(method)) return;
    const [sql, ...others] = argumentsOf(node);
    for (const statement of method === 'upsert' ? [sql, others[0]] : [sql])
      if (statement && !isSafeSql(statement, values, new Set()))
        report(node, `$wpdb->${method}() with a value that is neither prepared nor a list of integers`);
    if (sql && method === 'prepare' && hasLiteral(sql, /%(?:\d+\$)?i/))
      report(node, '%i needs WordPress 6.2');
  });
}

function hasLiteral(node: AnyNode, pattern: RegExp): boolean {
  let found = false;
  walk(node, (part) => {
    if (pattern.test(literalOf(part) ?? '')) found = true;
  });
  return found;
}

function databaseMethod(node: AnyNode): string | undefined {
  const lookup = node.kind === 'call' ? (node.what as AnyNode) : undefined;
  if (lookup?.kind === 'staticlookup' && nameOf(lookup.what) === DATABASE_CLASS) return nameOf(lookup.offset);
  if (lookup?.kind !== 'propertylookup' || variableName(lookup.what) !== 'wpdb') return undefined;
  return nameOf(lookup.offset);
}

interface Assigned {
  value: AnyNode;
  /** One of its items, not the list itself. */
  each: boolean;
}

/** What each variable of a scope is given, anywhere in it. */
function assignedValues(scope: Scope): Map<string, Assigned[]> {
  const values = new Map<string, Assigned[]>();
  const add = (variable: unknown, value: AnyNode, each = false): void => {
    const name = variableName(variable);
    if (name !== undefined) values.set(name, [...(values.get(name) ?? []), { value, each }]);
  };
  walkScope(scope, (node) => {
    if (node.kind === 'assign') {
      const left = node.left as AnyNode;
      if (left.kind === 'offsetlookup') add(left.what, { kind: 'array', items: [node.right] });
      else add(left, node.right as AnyNode);
    }
    if (node.kind === 'foreach') add(node.value, node.source as AnyNode, true);
  });
  return values;
}

function isSafeSql(
  node: AnyNode,
  values: ReadonlyMap<string, Assigned[]>,
  asked: ReadonlySet<string>,
): boolean {
  const safe = (other: unknown): boolean => isNode(other) && isSafeSql(other, values, asked);
  switch (node.kind) {
    case 'string':
    case 'number':
    case 'nowdoc':
      return true;
    case 'encapsed':
      return (node.value as AnyNode[]).every((part) =>
        safe(part.kind === 'encapsedpart' ? part.expression : part),
      );
    case 'bin':
      return safe(node.left) && safe(node.right);
    case 'retif':
      return safe(node.trueExpr ?? node.test) && safe(node.falseExpr);
    case 'cast':
      return node.type === 'int' || node.type === 'float';
    case 'array':
      return (node.items as AnyNode[]).every((item) => safe(item.kind === 'entry' ? item.value : item));
    case 'propertylookup':
      // The names of tables, and their prefix.
      return variableName(node.what) === 'wpdb';
    case 'staticlookup':
      return (
        isContractConstant(node) || (isNode(node.offset) && /^[A-Z][A-Z_]*$/.test(nameOf(node.offset) ?? ''))
      );
    case 'offsetlookup':
      return safe(node.what);
    case 'variable': {
      const name = variableName(node);
      const assigned = name === undefined ? undefined : values.get(name);
      if (name === undefined || !assigned) return false;
      if (asked.has(name)) return true;
      const further = new Set([...asked, name]);
      return assigned.every(({ value }) => isSafeSql(value, values, further));
    }
    case 'call':
      return isSafeCall(node, safe);
    default:
      return false;
  }
}

function isSafeCall(node: AnyNode, safe: (node: unknown) => boolean): boolean {
  const method = databaseMethod(node);
  if (method !== undefined) {
    return method === 'prepare' || method === 'get_charset_collate' || method === 'get_blog_prefix';
  }
  const what = node.what as AnyNode;
  if (what.kind === 'staticlookup') return nameOf(what.offset) === 'table';
  const called = calledFunction(node) ?? '';
  const given = argumentsOf(node);
  if (NUMBERS.has(called) || called === 'esc_sql') return true;
  if (called === 'array_fill') return safe(given[2]);
  if (called === 'array_map') return NUMBERS.has(literalOf(given[0]) ?? '');
  if (called === 'implode' || called === 'join') return safe(given[0]) && safe(given[1]);
  if (LISTS.has(called)) return safe(given[0]);
  return ['sprintf', 'array_merge', 'str_repeat', 'str_replace'].includes(called) && given.every(safe);
}
