import type { Format } from '../../parts/format';

const MOMENT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

interface Words {
  yes: string;
  no: string;
  none: string;
  format: Pick<Format, 'dateTime'>;
}

/** A value of an entry's details as people read it. Numbers are mostly ids: they keep their form. */
export function detailWords(value: unknown, words: Words): string {
  if (value === null || value === undefined || value === '') return words.none;
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (Array.isArray(value))
    return value.length === 0 ? words.none : value.map((item) => detailWords(item, words)).join(', ');
  if (typeof value === 'string') return MOMENT.test(value) ? words.format.dateTime(value) : value;
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
