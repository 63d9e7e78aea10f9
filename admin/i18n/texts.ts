/** Texts of one part of the panel, by language. */
export interface Texts<T> {
  en: T;
  fa: { [K in keyof T]: string };
}

/** Texts in both languages: each key of one must be in the other. Counted texts have `_one` and `_other`. */
export function texts<const T extends Record<string, string>>(
  en: T,
  fa: { [K in keyof NoInfer<T>]: string },
): Texts<T> {
  return { en, fa };
}
