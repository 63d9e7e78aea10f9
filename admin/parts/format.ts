import { useTranslation } from 'react-i18next';

const MINUTE = 60;
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', MINUTE],
  ['second', 1],
];

export interface Format {
  /** A number in the digits of the language, with separators. */
  count: (value: number) => string;
  /** Calendar of the language: Jalali in Persian. */
  date: (value: string | Date) => string;
  /** Day and month, where the year is clear. */
  day: (value: string | Date) => string;
  dateTime: (value: string | Date) => string;
  /** Hour and minute. */
  time: (value: string | Date) => string;
  /** "3 minutes ago". @param now milliseconds since 1970 */
  ago: (value: string | Date, now?: number) => string;
  /** A length of time, in milliseconds. */
  duration: (milliseconds: number) => string;
  /** A decimal string as the server sends it; no digit is lost, zeros at its end are. */
  money: (value: string) => string;
  /** What a service abroad costs. */
  dollars: (value: number) => string;
  percent: (value: number) => string;
  /** A number that is compared with others, however small: three digits that count. */
  score: (value: number) => string;
  bytes: (value: number) => string;
}

/** Numbers are formatted as strings where they came as such: a price is longer than a float is exact. */
export function formatFor(language: string): Format {
  const locale = language === 'fa' ? 'fa-IR' : 'en-GB';
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const exact = new Intl.NumberFormat(locale, { maximumFractionDigits: 20 });
  const dollars = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: 2,
    maximumFractionDigits: 6,
  });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  const score = new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const unit = (name: string, digits: number) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    });
  const [ms, seconds, minutes, hours] = [
    unit('millisecond', 0),
    unit('second', 1),
    unit('minute', 1),
    unit('hour', 1),
  ];
  const [kilobytes, megabytes] = [unit('kilobyte', 1), unit('megabyte', 1)];
  return {
    count: (value) => number.format(value),
    date: (value) => date.format(new Date(value)),
    day: (value) => day.format(new Date(value)),
    dateTime: (value) => dateTime.format(new Date(value)),
    time: (value) => time.format(new Date(value)),
    ago(value, now = Date.now()) {
      const distance = (new Date(value).getTime() - now) / 1000;
      const [name, size] = UNITS.find(([, length]) => Math.abs(distance) >= length) ?? UNITS.at(-1)!;
      return relative.format(Math.trunc(distance / size), name);
    },
    duration(milliseconds) {
      if (milliseconds < 1000) return ms.format(milliseconds);
      if (milliseconds < 60_000) return seconds.format(milliseconds / 1000);
      if (milliseconds < 3_600_000) return minutes.format(milliseconds / 60_000);
      return hours.format(milliseconds / 3_600_000);
    },
    money: (value) => exact.format(value as `${number}`),
    dollars: (value) => dollars.format(value),
    percent: (value) => percent.format(value),
    score: (value) => score.format(value),
    bytes: (value) =>
      value < 1_000_000 ? kilobytes.format(value / 1000) : megabytes.format(value / 1_000_000),
  };
}

const cached = new Map<string, Format>();

export function useFormat(): Format {
  const { language } = useTranslation().i18n;
  let format = cached.get(language);
  if (!format) cached.set(language, (format = formatFor(language)));
  return format;
}
