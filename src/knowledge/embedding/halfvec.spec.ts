import { halfvecArray } from './halfvec';

/** What a half of these bits is worth. */
function worth(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

describe('vectors in the form that PostgreSQL takes without reading text', () => {
  const halves = (vector: number[]): number[] => {
    const bytes = halfvecArray([vector], 4711);
    return vector.map((_, place) => bytes.readUInt16BE(28 + 2 * place));
  };

  it('has the head of an array, and of each vector', () => {
    const bytes = halfvecArray(
      [
        [1, 2],
        [3, 4],
      ],
      4711,
    );
    expect([0, 4, 8, 12, 16].map((at) => bytes.readInt32BE(at))).toEqual([1, 0, 4711, 2, 1]);
    expect([bytes.readInt32BE(20), bytes.readInt16BE(24), bytes.readInt16BE(26)]).toEqual([8, 2, 0]);
    expect(bytes).toHaveLength(20 + 2 * 12);
  });

  it('knows the halves of plain numbers', () => {
    expect(halves([0, 1, -2, 0.5, 65504, 2 ** -14, 2 ** -24])).toEqual([
      0, 0x3c00, 0xc000, 0x3800, 0x7bff, 0x0400, 0x0001,
    ]);
  });

  it('rounds to the nearest half, of two equally near to the even one', () => {
    expect(halves([1 + 2 ** -11, 1 + 3 * 2 ** -11, 1.5 * 2 ** -24, 2 ** -25])).toEqual([
      0x3c00, 0x3c02, 0x0002, 0x0000,
    ]);
    for (let i = 0; i < 20_000; i++) {
      const value = Math.fround((Math.random() * 2 - 1) * 10 ** -Math.floor(Math.random() * 7));
      const [bits] = halves([value]) as [number];
      const error = Math.abs(worth(bits) - value);
      for (const other of [bits - 1, bits + 1]) {
        if ((other & 0x7fff) < 0x7c00 && other >= 0)
          expect(Math.abs(worth(other) - value)).toBeGreaterThanOrEqual(error);
      }
    }
  });

  it('takes a number that no half holds for an error', () => {
    expect(() => halves([65520])).toThrow(RangeError);
    expect(() => halves([NaN])).toThrow(RangeError);
  });
});
