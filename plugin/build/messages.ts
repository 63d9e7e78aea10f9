/** A text that is shown to people, as gettext has it. */
export interface Message {
  context: string | undefined;
  text: string;
  plural: string | undefined;
  /** What the code says to translators. */
  comments: string[];
  /** `file:line`. */
  references: string[];
}

export interface Extraction {
  messages: Message[];
  /** Calls that no translation can be made for. */
  faults: string[];
}

type Argument = 'text' | 'plural' | 'context' | 'domain' | 'other';

/** gettext's functions in WordPress, and what their arguments are. */
export const FUNCTIONS: Readonly<Record<string, readonly Argument[]>> = {
  __: ['text', 'domain'],
  _e: ['text', 'domain'],
  esc_html__: ['text', 'domain'],
  esc_html_e: ['text', 'domain'],
  esc_attr__: ['text', 'domain'],
  esc_attr_e: ['text', 'domain'],
  _x: ['text', 'context', 'domain'],
  _ex: ['text', 'context', 'domain'],
  esc_html_x: ['text', 'context', 'domain'],
  esc_attr_x: ['text', 'context', 'domain'],
  _n: ['text', 'plural', 'other', 'domain'],
  _nx: ['text', 'plural', 'other', 'context', 'domain'],
  _n_noop: ['text', 'plural', 'domain'],
  _nx_noop: ['text', 'plural', 'context', 'domain'],
};

/** What `@wordpress/i18n` has of them. */
export const SCRIPT_FUNCTIONS: Readonly<Record<string, readonly Argument[]>> = Object.fromEntries(
  ['__', '_x', '_n', '_nx'].map((name) => [name, FUNCTIONS[name]!]),
);

/**
 * Makes a message of one call, or says why not.
 * @param values the literal of each argument; undefined for whatever else it is
 */
export function messageOf(
  name: string,
  values: readonly (string | undefined)[],
  place: { reference: string; domain: string; comments: string[] },
): Extraction {
  const kinds = FUNCTIONS[name]!;
  const value = (kind: Argument): string | undefined => values[kinds.indexOf(kind)];
  const fault = (what: string): Extraction => ({
    messages: [],
    faults: [`${place.reference}: ${name}() ${what}`],
  });
  for (const kind of ['text', 'plural', 'context'] as const) {
    if (kinds.includes(kind) && value(kind) === undefined)
      return fault(`needs its ${kind} as a plain string`);
  }
  const text = value('text')!;
  if (text.trim() === '') return fault('has an empty text');
  if (value('domain') !== place.domain) {
    return fault(`must name the text domain '${place.domain}' as a plain string`);
  }
  const message: Message = {
    context: value('context'),
    text,
    plural: value('plural'),
    comments: place.comments,
    references: [place.reference],
  };
  return { messages: [message], faults: [] };
}

/** How a text is found in the table of texts. */
export function keyOf({ context, text }: Pick<Message, 'context' | 'text'>): string {
  return context === undefined ? text : `${context}|${text}`;
}

/** The same text from several places becomes one message; the first place's order is kept. */
export function merge(extractions: readonly Extraction[]): Extraction {
  const merged = new Map<string, Message>();
  const faults = extractions.flatMap((extraction) => extraction.faults);
  for (const message of extractions.flatMap((extraction) => extraction.messages)) {
    const key = keyOf(message);
    const known = merged.get(key);
    if (!known) {
      merged.set(key, { ...message });
      continue;
    }
    // gettext has one entry for a singular, with or without a plural.
    if (known.plural !== undefined && message.plural !== undefined && known.plural !== message.plural) {
      faults.push(
        `${message.references[0]}: “${message.text}” has another plural than in ${known.references[0]}`,
      );
    }
    known.plural ??= message.plural;
    known.references = [...known.references, ...message.references];
    known.comments = [...new Set([...known.comments, ...message.comments])];
  }
  return { messages: [...merged.values()], faults };
}
