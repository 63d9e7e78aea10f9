import fc from 'fast-check';
import { indentJson, memberText } from './json-text';

const json = fc.jsonValue();

describe('indentJson', () => {
  it('changes nothing of the value, however it was written', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 1, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(indentJson(text)).toBe(
          JSON.stringify(value, null, 2).replace(
            /[\u202a-\u202e\u2066-\u2069]/g,
            (mark) => `\\u${mark.charCodeAt(0).toString(16)}`,
          ),
        );
        expect(JSON.parse(indentJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('keeps each digit of numbers', () => {
    const digits = fc.stringMatching(/^-?[1-9]\d{0,60}(\.\d{1,40})?([eE][+-]?\d{1,3})?$/);
    fc.assert(
      fc.property(fc.array(digits), (numbers) => {
        const shown = indentJson(`{"prices":[${numbers.join(',')}]}`);
        expect(shown.match(/[-\d][\d.eE+-]*/g) ?? []).toEqual(numbers);
      }),
    );
  });

  it('shows letters for their codes, and codes for marks that turn the direction', () => {
    expect(indentJson('{"\\u0646\\u0627\\u0645":"\\u06a9\\u0641\\u0634"}')).toBe('{\n  "نام": "کفش"\n}');
    expect(indentJson('"a\u202eb"')).toBe('"a\\u202eb"');
  });
});

describe('memberText', () => {
  it('finds what JSON.parse finds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), fc.string(), (object, other) => {
        const text = JSON.stringify(object);
        const own = JSON.parse(text) as Record<string, unknown>;
        for (const name of [...Object.keys(own), other]) {
          const member = memberText(text, name);
          expect(member === undefined ? undefined : (JSON.parse(member) as unknown)).toEqual(
            Object.hasOwn(own, name) ? own[name] : undefined,
          );
        }
      }),
    );
  });

  it('takes it as it is written', () => {
    expect(memberText('{"a":{"payload":1}, "payload": {"id":12345678901234567890.10} }', 'payload')).toBe(
      '{"id":12345678901234567890.10}',
    );
    expect(memberText('{"payload":null}', 'payload')).toBe('null');
  });
});
