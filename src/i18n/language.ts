import Negotiator from 'negotiator';

export const LANGUAGES = ['fa', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language of human sentences: what `Accept-Language` prefers, Persian where it asks for neither. */
export function languageOf(request: { headers: { 'accept-language'?: string | undefined } }): Language {
  const header = request.headers['accept-language'];
  if (!header) return 'fa';
  const negotiator = new Negotiator({ headers: { 'accept-language': header.slice(0, 200) } });
  const preferred = negotiator.languages().find((tag) => /^(fa|en)\b/i.test(tag));
  return preferred?.toLowerCase().startsWith('en') ? 'en' : 'fa';
}
