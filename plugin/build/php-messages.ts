import { type Extraction, FUNCTIONS, type Message, merge, messageOf } from './messages';
import {
  argumentsOf,
  calledFunction,
  commentsOf,
  lineOf,
  literalOf,
  parsePhp,
  type PhpFile,
  walk,
} from './php';

const TRANSLATORS = /^translators:/i;

/** The texts of a PHP file. */
export function phpMessages(file: PhpFile, domain: string): Extraction {
  const program = parsePhp(file);
  const comments = commentsOf(program).filter(({ text }) => TRANSLATORS.test(text));
  const found: Extraction[] = [];
  walk(program, (node) => {
    const name = calledFunction(node);
    if (name === undefined || !Object.hasOwn(FUNCTIONS, name)) return;
    const line = lineOf(node);
    found.push(
      messageOf(name, argumentsOf(node).map(literalOf), {
        reference: `${file.path}:${line}`,
        domain,
        // On the line of the call or the one above, as WordPress's own tools look for it.
        comments: comments.filter(({ end }) => end === line || end === line - 1).map(({ text }) => text),
      }),
    );
  });
  return merge(found);
}

/** What the list of plugins shows of the plugin's header. */
export function headerMessages(file: PhpFile): Message[] {
  return (
    [
      ['Plugin Name', 'Plugin name of the plugin'],
      ['Description', 'Description of the plugin'],
    ] as const
  ).flatMap(([field, comment]) => {
    const text = headerField(file.source, field);
    if (!text) return [];
    return [{ context: undefined, text, plural: undefined, comments: [comment], references: [file.path] }];
  });
}

/** A field of the comment at a file's top, as WordPress reads it. */
export function headerField(source: string, field: string): string | undefined {
  const escaped = field.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const match = new RegExp(`^[ \\t/*#@]*${escaped}:(.*)$`, 'im').exec(source.slice(0, 8192));
  return match?.[1]?.replace(/\s*(?:\*\/|\?>).*/, '').trim();
}
