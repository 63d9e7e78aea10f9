import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parseJson } from './json';
import { bucketOf, canonicalJson, digestOf, fingerprintOf, productDigest, toHex64 } from './product-digest';

interface Vectors {
  products: {
    what: string;
    /** JSON as the shop sends it. */
    product: string;
    canonical: string;
    digest: string;
    fingerprint: string;
  }[];
  buckets: { bucket_count: number; products: [id: string, digest: string][]; buckets: string[] }[];
}

const vectors = JSON.parse(readFileSync(join(__dirname, 'vectors/product-digest.json'), 'utf8')) as Vectors;
const read = (text: string) => parseJson(text) as Record<string, unknown>;

describe('the digest of a product', () => {
  it.each(vectors.products.map((vector) => [vector.what, vector] as const))('of %s', (_, vector) => {
    const product = read(vector.product);
    const id = String(product.id);
    const compared = { ...product };
    delete compared.date_modified;
    expect(canonicalJson(compared)).toBe(vector.canonical);
    const { payload, fingerprint } = digestOf(id, product);
    expect([payload, toHex64(fingerprint)]).toEqual([vector.digest, vector.fingerprint]);
  });

  it.each<[string, string, string]>([
    ['a number and its digits', '{"id":12}', '{"id":"12"}'],
    ['needless zeros of a number', '{"id":1,"price":850000.50}', '{"id":1,"price":850000.5}'],
    ['long numbers and their digits', '{"id":9007199254740993}', '{"id":"9007199254740993"}'],
    ['one that a long number stands beside', '{"a":1.5,"b":[12]}', '{"a":1.50,"b":["12"]}'],
    ['the date of the last edit', '{"id":1,"date_modified":"2025-01-01"}', '{"id":1}'],
    ['escapes and what they stand for', '{"name":"\\u06a9\\/"}', '{"name":"ک/"}'],
    ['white space', '{ "id" : 1,\n"tags": [ ] }', '{"id":1,"tags":[]}'],
  ])('is the same for %s', (_, a, b) => {
    expect(productDigest(read(a))).toBe(productDigest(read(b)));
  });

  it.each<[string, string, string]>([
    ['null and what is absent', '{"id":1,"sku":null}', '{"id":1}'],
    ['nothing and an empty text', '{"sku":null}', '{"sku":""}'],
    ['an empty list and an empty object', '{"tags":[]}', '{"tags":{}}'],
    ['the order of a list', '{"tags":["a","b"]}', '{"tags":["b","a"]}'],
    ['a flag and its word', '{"on_sale":true}', '{"on_sale":"true"}'],
    ['a date of a part', '{"a":{"date_modified":"2025"}}', '{"a":{}}'],
    ['text that holds quotes', '{"a":"x\\",\\"b\\":\\"y"}', '{"a":"x","b":"y"}'],
  ])('tells %s apart', (_, a, b) => {
    expect(productDigest(read(a))).not.toBe(productDigest(read(b)));
  });

  const shuffled = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shuffled);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).reverse();
    return Object.fromEntries(entries.map(([key, item]) => [key, shuffled(item)]));
  };
  const product = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ stringUnit: 'binary' }));

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(product, (given) => {
        expect(productDigest(shuffled(given) as typeof given)).toBe(productDigest(given));
      }),
    );
  });

  it('changes with any value', () => {
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    fc.assert(
      fc.property(product, fc.string(), scalar, scalar, (given, key, one, other) => {
        fc.pre(key !== 'date_modified');
        const same = typeof one === typeof other || one === null || other === null;
        fc.pre(one !== other && (same || String(one) !== String(other)));
        const deep = (value: unknown) => ({ ...given, deep: { list: [{ [key]: value }] } });
        expect(productDigest(deep(one))).not.toBe(productDigest(deep(other)));
        expect(productDigest({ ...given, [key]: one })).not.toBe(productDigest({ ...given, [key]: other }));
      }),
    );
  });

  it('is of JSON that says the same as what was sent', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const texts = (item: unknown): unknown => {
          if (typeof item === 'number') return JSON.parse(canonicalJson(item));
          if (Array.isArray(item)) return item.map(texts);
          if (typeof item !== 'object' || item === null) return item;
          return Object.fromEntries(Object.entries(item).map(([key, part]) => [key, texts(part)]));
        };
        expect(JSON.parse(canonicalJson(value))).toEqual(texts(value));
      }),
    );
  });
});

describe('buckets', () => {
  it.each(vectors.buckets.map((vector) => [vector.bucket_count, vector] as const))(
    'of %s: each is the XOR of the fingerprints of its products',
    (count, { products, buckets }) => {
      const combined = Array.from({ length: count }, () => 0n);
      for (const [id, digest] of products) combined[bucketOf(id, count)]! ^= fingerprintOf(id, digest);
      expect(combined.map(toHex64)).toEqual(buckets);
    },
  );

  it('takes ids beyond 2^53 exactly', () => {
    expect(bucketOf('9007199254740993', 10)).toBe(3);
    expect(bucketOf('9223372036854775807', 4096)).toBe(4095);
  });
});
