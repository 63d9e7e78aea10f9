/**
 * The plugin's texts in one language, by the English text as it stands in the code. A text with a plural is found by
 * its singular and has as many entries as the language has plural forms; one with a context by `context|text`.
 */
export type Texts = Readonly<Record<string, string | readonly string[]>>;
