import { readTraceparent, writeTraceparent } from './traceparent';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';

describe('traceparent', () => {
  it('is read and written', () => {
    const context = readTraceparent(`00-${TRACE}-${SPAN}-01`);
    expect(context).toEqual({ traceId: TRACE, spanId: SPAN, traceFlags: 1, isRemote: true });
    expect(writeTraceparent(context!)).toBe(`00-${TRACE}-${SPAN}-01`);
  });

  it('keeps that it is not sampled, and no flag that we do not know', () => {
    expect(writeTraceparent(readTraceparent(`00-${TRACE}-${SPAN}-00`)!)).toBe(`00-${TRACE}-${SPAN}-00`);
    expect(readTraceparent(`00-${TRACE}-${SPAN}-ff`)!.traceFlags).toBe(1);
  });

  it('of a later version may be longer', () => {
    expect(readTraceparent(`01-${TRACE}-${SPAN}-01-more`)).toMatchObject({ traceId: TRACE });
  });

  it.each([
    undefined,
    '',
    ['00'],
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-01-more`,
    `00-${TRACE}-${SPAN}-01 `,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
  ])('is none in %p', (header) => expect(readTraceparent(header)).toBeNull());
});
