import { mo, po, type GetTextTranslations } from 'gettext-parser';
import { LOCALE, PLURAL_FORMS, SLUG } from './constants';
import { keyOf, type Message } from './messages';
import { byCodeUnit } from './php';
import type { Texts } from './texts.type';

/** A placeholder of sprintf(), in PHP and in `@wordpress/i18n`. */
const PLACEHOLDER = /%(?:%|(?:(\d+)\$)?[+-]?(?:0|'.)?\d*(?:\.\d+)?([bcdeEfFgGosuxX]))/g;
const TAG = /<\/?[a-z][a-z0-9]*/gi;

/** What of a text must come back in its translation: each placeholder by its place, and tags of HTML. */
function fixedParts(text: string): string {
  let place = 0;
  const placeholders = [...text.matchAll(PLACEHOLDER)].flatMap(([, number, kind]) =>
    kind === undefined ? [] : [`%${number ?? ++place}$${kind}`],
  );
  return [...placeholders, ...(text.match(TAG) ?? [])].sort(byCodeUnit).join(' ');
}

/** Differences between the texts of the code and the table of translations. */
export function translationFaults(messages: readonly Message[], texts: Texts): string[] {
  const used = new Set(messages.map(keyOf));
  return [
    ...messages.flatMap((message) => messageFaults(message, texts)),
    ...Object.keys(texts)
      .filter((key) => !used.has(key))
      .map((key) => `${LOCALE}: “${key}” is not in the code`),
  ];
}

function messageFaults(message: Message, texts: Texts): string[] {
  const key = keyOf(message);
  const where = `${LOCALE}: “${key}” (${message.references[0]})`;
  const translation = Object.hasOwn(texts, key) ? texts[key] : undefined;
  if (translation === undefined) return [`${where} is not translated`];
  if (typeof translation === 'string') {
    if (message.plural !== undefined) return [`${where} needs ${PLURAL_FORMS.count} plural forms`];
    return formFaults(where, translation, [message.text]);
  }
  if (message.plural === undefined) return [`${where} has plural forms, the code has none`];
  if (translation.length !== PLURAL_FORMS.count) {
    return [`${where} has ${translation.length} plural forms instead of ${PLURAL_FORMS.count}`];
  }
  const { text, plural } = message;
  // The singular may do without the number, in any language.
  return translation.flatMap((form, place) =>
    formFaults(where, form, place === 0 ? [text, plural] : [plural]),
  );
}

function formFaults(where: string, translation: string, originals: readonly string[]): string[] {
  if (translation.trim() === '') return [`${where} has an empty translation`];
  const parts = fixedParts(translation);
  if (originals.some((original) => fixedParts(original) === parts)) return [];
  return [`${where}: placeholders or tags differ: “${fixedParts(originals.at(-1)!)}” became “${parts}”`];
}

/** The files of `languages/`, by their names. */
export function translationFiles(
  version: string,
  messages: {
    php: readonly Message[];
    scripts: Readonly<Record<string, readonly Message[]>>;
    all: readonly Message[];
  },
  texts: Texts,
): Map<string, Buffer> {
  const base = `${SLUG}-${LOCALE}`;
  const files = new Map<string, Buffer>([
    [`${SLUG}.pot`, po.compile(catalogue(version, messages.all, undefined), { sort: false })],
    [`${base}.po`, po.compile(catalogue(version, messages.all, texts), { sort: false })],
    // What scripts alone show is in their own files.
    [`${base}.mo`, mo.compile(catalogue(version, messages.php, texts))],
    [`${base}.l10n.php`, Buffer.from(phpCatalogue(version, messages.php, texts))],
  ]);
  for (const [handle, list] of Object.entries(messages.scripts)) {
    files.set(`${base}-${handle}.json`, Buffer.from(scriptCatalogue(list, texts)));
  }
  return files;
}

/** Without times: the same sources give the same bytes. */
function headersOf(version: string, texts: Texts | undefined): Record<string, string> {
  return {
    'Project-Id-Version': `${SLUG} ${version}`,
    ...(texts && { Language: LOCALE }),
    'MIME-Version': '1.0',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Transfer-Encoding': '8bit',
    ...(texts && { 'Plural-Forms': PLURAL_FORMS.header }),
    'X-Domain': SLUG,
  };
}

function formsOf(message: Message, texts: Texts | undefined): string[] {
  const translation = texts?.[keyOf(message)];
  if (translation === undefined) return message.plural === undefined ? [''] : ['', ''];
  return typeof translation === 'string' ? [translation] : [...translation];
}

function catalogue(
  version: string,
  messages: readonly Message[],
  texts: Texts | undefined,
): GetTextTranslations {
  const translations: GetTextTranslations['translations'] = {};
  for (const message of messages) {
    const context = message.context ?? '';
    (translations[context] ??= {})[message.text] = {
      ...(message.context !== undefined && { msgctxt: message.context }),
      msgid: message.text,
      ...(message.plural !== undefined && { msgid_plural: message.plural }),
      msgstr: formsOf(message, texts),
      comments: {
        extracted: message.comments.join('\n'),
        reference: message.references.join('\n'),
        flag: fixedParts(message.plural ?? message.text).includes('%') ? 'php-format' : '',
      },
    };
  }
  return { charset: 'utf-8', headers: headersOf(version, texts), translations };
}

/** WordPress 6.5 and later reads this instead of the .mo; opcache keeps it. */
function phpCatalogue(version: string, messages: readonly Message[], texts: Texts): string {
  const quote = (text: string): string =>
    text
      .split('\0')
      .map((part) => `'${part.replace(/[\\']/g, '\\$&')}'`)
      .join(' . "\\0" . ');
  const entries = [...messages]
    .map((message) => [gettextKey(message), formsOf(message, texts).join('\0')] as const)
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([key, value]) => `\t\t${quote(key)} => ${quote(value)},`);
  return [
    '<?php',
    'return array(',
    `\t'project-id-version' => ${quote(`${SLUG} ${version}`)},`,
    `\t'language' => ${quote(LOCALE)},`,
    `\t'plural-forms' => ${quote(PLURAL_FORMS.header)},`,
    `\t'messages' => array(`,
    ...entries,
    '\t),',
    ');',
    '',
  ].join('\n');
}

/** For `wp_set_script_translations()`: what Jed reads. */
function scriptCatalogue(messages: readonly Message[], texts: Texts): string {
  const entries = [...messages]
    .map((message) => [gettextKey(message), formsOf(message, texts)] as const)
    .sort(([a], [b]) => byCodeUnit(a, b));
  return JSON.stringify({
    domain: 'messages',
    locale_data: {
      messages: {
        '': { domain: 'messages', lang: LOCALE, 'plural-forms': PLURAL_FORMS.header },
        ...Object.fromEntries(entries),
      },
    },
  });
}

function gettextKey({ context, text }: Message): string {
  return context === undefined ? text : `${context}\u0004${text}`;
}
