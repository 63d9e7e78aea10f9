import fc from 'fast-check';
import { rawItems } from './json-slices';

describe('rawItems', () => {
  it.each<[string, string, string[] | null]>([
    [
      'keeps each item to the letter',
      '{"a":1,"events": [ {"x" : 1.50} ,[ 2 ],"s,]", 7 ] }',
      ['{"x" : 1.50}', '[ 2 ]', '"s,]"', '7'],
    ],
    ['finds none in an empty list', '{"events":[]}', []],
    ['finds none in a blank list', '{"events":[ \n ]}', []],
    ['takes the last of two keys', '{"events":[1],"events":[2]}', ['2']],
    ['takes no list that a later key hides', '{"events":[1],"events":2}', null],
    ['takes no list further down', '{"a":{"events":[1]}}', null],
    ['takes no other key', '{"event":[1]}', null],
    ['reads an escaped key', '{"\\u0065vents":[1]}', ['1']],
    ['is not misled by escapes', '{"a":"\\\\","b":"\\"events\\":[","events":["\\\\\\"]"]}', ['"\\\\\\"]"']],
    ['takes no array for an object', '[1]', null],
    ['takes no text for an object', '"events"', null],
  ])('%s', (_, text, expected) => {
    expect(rawItems(text, 'events')).toEqual(expected);
  });

  it('gives what the parser reads, for any JSON and any blanks', () => {
    const body = fc.record({ a: fc.jsonValue(), events: fc.array(fc.jsonValue()), z: fc.jsonValue() });
    fc.assert(
      fc.property(body, fc.constantFrom(undefined, 1, '\t'), (value, blanks) => {
        const text = JSON.stringify(value, null, blanks);
        const items = rawItems(text, 'events')!;
        expect(items.map((item) => JSON.parse(item) as unknown)).toEqual(
          (JSON.parse(text) as { events: unknown[] }).events,
        );
        for (const item of items) expect(text).toContain(item);
      }),
    );
  });
});
