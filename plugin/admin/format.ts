import { __, _n, sprintf } from '@wordpress/i18n';

/** Numbers, dates and spans of time as the admin's language writes them: digits and calendar with it. */

const pageLanguage = (): string =>
  (typeof document === 'undefined' ? '' : document.documentElement.lang) || 'en';

/** A language that the browser does not know is no reason to show nothing. */
function inLanguage<Formatter>(make: (language: string) => Formatter, language: string): Formatter {
  try {
    return make(language);
  } catch {
    return make('en');
  }
}

export const number = (value: number, language = pageLanguage()): string =>
  inLanguage((tag) => new Intl.NumberFormat(tag), language).format(value);

export const percent = (share: number, language = pageLanguage()): string =>
  inLanguage((tag) => new Intl.NumberFormat(tag, { style: 'percent' }), language).format(share);

/** From 0 to 1; nothing to do is not done yet. */
export const shareOf = (done: number, total: number): number =>
  total > 0 ? Math.min(1, Math.max(0, done / total)) : 0;

export const dateTime = (seconds: number, language = pageLanguage()): string =>
  inLanguage(
    (tag) => new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' }),
    language,
  ).format(seconds * 1000);

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const;

/** “5 minutes ago”, “in 2 hours”; the date where it is more than a week away. */
export function when(seconds: number, now = Date.now() / 1000, language = pageLanguage()): string {
  const away = seconds - now;
  if (Math.abs(away) >= 7 * 86_400) return dateTime(seconds, language);
  const relative = inLanguage((tag) => new Intl.RelativeTimeFormat(tag, { numeric: 'auto' }), language);
  for (const [unit, length] of UNITS) {
    if (Math.abs(away) >= length) return relative.format(Math.trunc(away / length), unit);
  }
  return away > 0
    ? __('in less than a minute', 'fiko-woocommerce-sync')
    : __('less than a minute ago', 'fiko-woocommerce-sync');
}

/** An estimate, so no more exact than it can be. */
export function timeLeft(seconds: number | null, language = pageLanguage()): string {
  if (seconds === null) return __('Estimating the time left…', 'fiko-woocommerce-sync');
  if (seconds < 60) return __('Less than a minute left', 'fiko-woocommerce-sync');
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) {
    return sprintf(
      /* translators: %s: number of minutes */
      _n('About %s minute left', 'About %s minutes left', minutes, 'fiko-woocommerce-sync'),
      number(minutes, language),
    );
  }
  const hours = Math.round(minutes / 60);
  return sprintf(
    /* translators: %s: number of hours */
    _n('About %s hour left', 'About %s hours left', hours, 'fiko-woocommerce-sync'),
    number(hours, language),
  );
}

/** “20 of 120”. */
export const progressText = (done: number, total: number, language = pageLanguage()): string =>
  sprintf(
    /* translators: 1: products handled so far, 2: all products, 3: the same in percent */
    __('%1$s of %2$s products (%3$s)', 'fiko-woocommerce-sync'),
    number(Math.min(done, total), language),
    number(total, language),
    percent(shareOf(done, total), language),
  );

/**
 * In which direction a text from elsewhere runs. One that begins with the name of a field, as in “price: …”, would by
 * its first letter run from left to right, whatever follows: there, most of the letters that follow decide.
 */
export function directionOf(text: string): 'rtl' | 'auto' {
  const [field] = /^[\w.[\] -]+:/.exec(text) ?? [];
  if (field === undefined) return 'auto';
  const letters = (pattern: RegExp): number => text.slice(field.length).match(pattern)?.length ?? 0;
  return letters(/[\p{Script=Arabic}\p{Script=Hebrew}]/gu) > letters(/\p{Script=Latin}/gu) ? 'rtl' : 'auto';
}
