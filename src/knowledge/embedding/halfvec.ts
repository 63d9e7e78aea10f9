/** As an embedder gives it. */
export type Vector = readonly number[] | Float32Array;

const ARRAY_HEAD = 20;
const VECTOR_HEAD = 8;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * Vectors of one length as a parameter of type `halfvec[]` in PostgreSQL's binary format. As text each number is some
 * twenty letters, which to write and to read takes ten times as long as all else that is done with a vector.
 *
 * @param elementType the oid of `halfvec`
 * @throws RangeError for a number that is none, or beyond what a half holds
 */
export function halfvecArray(vectors: readonly Vector[], elementType: number): Buffer {
  const dimensions = vectors[0]?.length ?? 0;
  const length = 4 + 2 * dimensions;
  const bytes = Buffer.allocUnsafe(ARRAY_HEAD + vectors.length * (4 + length));
  for (const [place, value] of [1, 0, elementType, vectors.length, 1].entries())
    bytes.writeInt32BE(value, 4 * place);
  let at = ARRAY_HEAD;
  for (const vector of vectors) {
    bytes.writeInt32BE(length, at);
    bytes.writeInt32BE(dimensions << 16, at + 4);
    at += VECTOR_HEAD;
    for (let place = 0; place < dimensions; place++) {
      const half = halfOf(vector[place]!);
      bytes[at++] = half >> 8;
      bytes[at++] = half & 0xff;
    }
  }
  return bytes;
}

/** The bits of the nearest half, as pgvector makes it of the text: by way of a float. */
function halfOf(value: number): number {
  float[0] = value;
  const sign = (bits[0]! >>> 16) & 0x8000;
  let magnitude = bits[0]! & 0x7fffffff;
  // Below 2^-14 a half has steps of 2^-24, as a float has from 0.5 on: adding it rounds.
  if (magnitude < 0x38800000) {
    float[0] = Math.abs(float[0]) + 0.5;
    return sign | (bits[0]! - 0x3f000000);
  }
  magnitude += 0xfff + ((magnitude >>> 13) & 1);
  if (magnitude >= 0x47800000) throw new RangeError(`no half holds ${value}`);
  return sign | ((magnitude - 0x38000000) >>> 13);
}
