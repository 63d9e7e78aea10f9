import fc from 'fast-check';
import { hostOf, siteKey, siteOfUserAgent } from './site-key';

describe('siteKey', () => {
  it.each([
    ['https://shop.example.com', 'shop.example.com'],
    ['http://shop.example.com/', 'shop.example.com'],
    ['https://www.shop.example.com//', 'shop.example.com'],
    ['HTTPS://Shop.Example.COM', 'shop.example.com'],
    ['shop.example.com', 'shop.example.com'],
    ['https://shop.example.com/?lang=fa#top', 'shop.example.com'],
    ['https://shop.example.com:443/', 'shop.example.com'],
    ['http://shop.example.com:80/', 'shop.example.com'],
    ['https://user:secret@shop.example.com/', 'shop.example.com'],
    ['https://shop.example.com/fa/', 'shop.example.com/fa'],
    ['https://shop.example.com/Fa', 'shop.example.com/Fa'],
    ['http://localhost:8080', 'localhost:8080'],
    ['http://192.168.1.5/wp', '192.168.1.5/wp'],
    ['http://[::1]:8080/', '[::1]:8080'],
    ['https://فروشگاه.com', new URL('https://فروشگاه.com').hostname],
  ])('of %s is %s', (address, expected) => {
    expect(siteKey(address)).toBe(expected);
  });

  it.each([
    [null],
    [undefined],
    [''],
    ['   '],
    ['https://'],
    ['http:///path'],
    ['ftp://shop.example.com'],
    ['javascript:alert(1)'],
    ['shop'],
    ['https://shop'],
    ['not an address'],
    ['https://shop.example.com:99999'],
  ])('is null for %p', (address) => {
    expect(siteKey(address)).toBeNull();
  });

  it.each([
    ['another host', 'https://a.example.com', 'https://b.example.com'],
    ['another port', 'https://example.com', 'https://example.com:8443'],
    ['another folder', 'https://example.com/shop-a', 'https://example.com/shop-b'],
    ['a subdomain', 'https://example.com', 'https://shop.example.com'],
  ])('tells shops apart by %s', (_, one, other) => {
    expect(siteKey(one)).not.toBe(siteKey(other));
  });

  const label = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/).filter((name) => name !== 'www');
  const site = fc.record({
    host: fc.tuple(label, label, fc.constantFrom('com', 'ir', 'shop')).map((labels) => labels.join('.')),
    port: fc.constantFrom('', ':8080'),
    path: fc
      .array(fc.stringMatching(/^[A-Za-z0-9_-]{1,8}$/), { maxLength: 2 })
      .map((parts) => parts.map((part) => `/${part}`).join('')),
  });

  it('is one for all spellings of an address', () => {
    const spelling = fc.record({
      scheme: fc.constantFrom('http://', 'https://', 'HTTP://', ''),
      www: fc.constantFrom('', 'www.', 'WWW.'),
      end: fc.constantFrom('', '/', '//', '/?a=b', '#top'),
      upper: fc.boolean(),
    });
    fc.assert(
      fc.property(site, spelling, ({ host, port, path }, { scheme, www, end, upper }) => {
        const address = `${scheme}${www}${upper ? host.toUpperCase() : host}${port}${path}${end}`;
        expect(siteKey(address)).toBe(`${host}${port}${path}`);
      }),
    );
  });

  it('of a key is the key', () => {
    fc.assert(
      fc.property(site, ({ host, port, path }) => {
        const key = siteKey(`https://${host}${port}${path}`)!;
        expect(siteKey(key)).toBe(key);
      }),
    );
  });

  it('is bounded, and answers for any text', () => {
    expect(siteKey(`https://shop.example.com/${'x'.repeat(5000)}`)!.length).toBeLessThanOrEqual(500);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const key = siteKey(text);
        expect(key === null || key.length > 0).toBe(true);
      }),
    );
  });
});

describe('siteOfUserAgent', () => {
  it.each<[string | undefined, string | null]>([
    ['WordPress/6.7; https://shop.example.com', 'https://shop.example.com'],
    ['WordPress/6.7.1-alpha-123; http://shop.example.com/fa', 'http://shop.example.com/fa'],
    ['WordPress/6.7;https://shop.example.com extra', 'https://shop.example.com'],
    ['WordPress/6.7', null],
    ['Mozilla/5.0 (https://shop.example.com)', null],
    ['evil WordPress/6.7; https://shop.example.com', null],
    ['WordPress/6.7; javascript:alert(1)', null],
    ['', null],
    [undefined, null],
  ])('reads %j as %j', (userAgent, expected) => {
    expect(siteOfUserAgent(userAgent)).toBe(expected);
  });
});

describe('hostOf', () => {
  it.each<[string | null | undefined, string | null]>([
    ['https://www.shop.example.com/product/shoe/', 'shop.example.com'],
    ['http://localhost:8080/?p=414', 'localhost:8080'],
    ['/product/shoe', null],
    ['shop.example.com/product', null],
    ['', null],
    [null, null],
    [undefined, null],
  ])('of %j is %j', (permalink, expected) => {
    expect(hostOf(permalink)).toBe(expected);
  });
});
