import { types } from 'pg';

const INT8 = 20;
const JSON_TEXT = 114;

/**
 * How values come back from the database. bigint: a number, or digits where a number would lose some (a shop's
 * product id may be that long; our own ids are not). json: its text, since the logged payload must come back as it
 * was sent. numeric stays text: money is never a float.
 */
export const valueTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
    if (format !== 'binary') {
      if (oid === INT8) return (text: string) => (Number.isSafeInteger(Number(text)) ? Number(text) : text);
      if (oid === JSON_TEXT) return (text: string) => text;
    }
    return types.getTypeParser(oid, format);
  },
};
