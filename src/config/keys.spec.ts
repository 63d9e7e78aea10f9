import fc from 'fast-check';
import {
  addressSet,
  choice,
  decimal,
  integer,
  isAddressOrCidr,
  list,
  optionalInteger,
  optionalText,
  text,
} from './keys';
import { StartError } from './start-error';

describe('addressSet', () => {
  const set = addressSet(['203.0.113.7', '10.0.0.0/8', '2001:db8::1', 'fd00::/8']);

  it.each([
    ['203.0.113.7'],
    ['10.0.0.0'],
    ['10.255.255.255'],
    ['2001:db8::1'],
    ['2001:0DB8:0:0::0001'],
    ['fd12:3456::1'],
    ['::ffff:203.0.113.7'],
    ['::FFFF:10.1.2.3'],
    ['::ffff:a01:203'],
  ])('contains %s', (address) => expect(set.contains(address)).toBe(true));

  it.each([
    ['203.0.113.8'],
    ['11.0.0.0'],
    ['9.255.255.255'],
    ['2001:db8::2'],
    ['fe00::1'],
    ['::ffff:203.0.113.8'],
    ['::ffff:b01:203'],
    ['::10.1.2.3'],
    [''],
    ['unknown'],
    ['10.1.2'],
    ['10.1.2.3/8'],
  ])('does not contain %p', (address) => expect(set.contains(address)).toBe(false));

  it('contains nothing when it is empty', () => {
    const empty = addressSet([]);
    expect(['127.0.0.1', '::1', '::ffff:127.0.0.1'].some((address) => empty.contains(address))).toBe(false);
  });

  it.each([
    ['0.0.0.0/0', ['1.2.3.4', '::ffff:1.2.3.4']],
    ['::/0', ['2001:db8::1']],
    ['203.0.113.7/32', ['203.0.113.7']],
    ['2001:db8::1/128', ['2001:db8::1']],
    ['::ffff:203.0.113.7', ['203.0.113.7', '::ffff:203.0.113.7']],
    ['10.1.2.3/8', ['10.200.0.1']],
  ])('of %s contains %p', (entry, addresses) => {
    const one = addressSet([entry]);
    for (const address of addresses) expect(one.contains(address)).toBe(true);
  });

  const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));

  it('contains an IPv4 address exactly when its first bits are those of the network', () => {
    const bits = (address: number[]) => address.map((octet) => octet.toString(2).padStart(8, '0')).join('');
    fc.assert(
      fc.property(octets, octets, fc.nat(32), (network, address, prefix) => {
        const near = address.map((octet, index) => (index < prefix / 8 - 1 ? network[index]! : octet));
        const expected = bits(near).slice(0, prefix) === bits(network).slice(0, prefix);
        const one = addressSet([`${network.join('.')}/${prefix}`]);
        expect(one.contains(near.join('.'))).toBe(expected);
        expect(one.contains(`::ffff:${near.join('.')}`)).toBe(expected);
      }),
    );
  });

  it('can be made of everything that counts as an address', () => {
    const entry = fc
      .tuple(
        fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('fe80::1%eth0', '::ffff:10.0.0.1', '::')),
        fc.oneof(
          fc.constant(''),
          fc.nat(130).map((prefix) => `/${prefix}`),
        ),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(entry, (value) => {
        fc.pre(isAddressOrCidr(value));
        expect(() => addressSet([value])).not.toThrow();
      }),
      { examples: [['fe80::1%eth0'], ['fe80::%eth0/10']] },
    );
  });
});

describe('isAddressOrCidr', () => {
  it.each([
    ['127.0.0.1'],
    ['10.0.0.0/8'],
    ['0.0.0.0/0'],
    ['::1'],
    ['2001:db8::/32'],
    ['::ffff:10.0.0.1'],
    ['::/0'],
  ])('accepts %s', (value) => expect(isAddressOrCidr(value)).toBe(true));

  it.each([
    [''],
    ['localhost'],
    ['10.0.0'],
    ['10.0.0.256'],
    ['010.0.0.1'],
    ['10.0.0.0/'],
    ['10.0.0.0/33'],
    ['10.0.0.0/-1'],
    ['10.0.0.0/8/8'],
    ['10.0.0.0/255.0.0.0'],
    ['::/129'],
    ['10.0.0.0 /8'],
    ['*'],
    ['10.0.0.*'],
    ['[::1]'],
    ['10.0.0.1:80'],
  ])('refuses %p', (value) => expect(isAddressOrCidr(value)).toBe(false));
});

describe('keys', () => {
  const number = integer('S', 'D', 5, { min: 1, max: 10 });

  it.each([
    [undefined, 5],
    ['1', 1],
    ['10', 10],
    ['007', 7],
  ])('an integer reads %p', (raw, expected) => expect(number.read('N', raw)).toBe(expected));

  it.each([['0'], ['11'], ['-1'], ['1.5'], ['1e1'], ['0x5'], ['five'], ['5 5'], ['9'.repeat(30)]])(
    'an integer refuses %p',
    (raw) => expect(() => number.read('N', raw)).toThrow(StartError),
  );

  it('a decimal reads a share, and refuses what is none', () => {
    const key = decimal('S', 'D', 0.5, { min: 0, max: 1 });
    expect([undefined, '0', '1', '0.25'].map((raw) => key.read('N', raw))).toEqual([0.5, 0, 1, 0.25]);
    for (const raw of ['1.01', '-0.1', '.5', '1e-1', 'x', '0,5', 'NaN'])
      expect(() => key.read('N', raw)).toThrow('Invalid configuration: N must be a number from 0 to 1.');
  });

  it('an optional integer is null by default and keeps its range', () => {
    const key = optionalInteger('S', 'D', { min: 1, max: 10 });
    expect(key.example).toBe('');
    expect(key.read('N', undefined)).toBeNull();
    expect(key.read('N', '3')).toBe(3);
    expect(() => key.read('N', '0')).toThrow(StartError);
  });

  it('a text takes what it is given', () => {
    expect(text('S', 'D', 'default').read('N', undefined)).toBe('default');
    expect(text('S', 'D', 'default').read('N', 'other')).toBe('other');
    expect(optionalText('S', 'D').read('N', undefined)).toBeNull();
    expect(optionalText('S', 'D').read('N', 'x')).toBe('x');
  });

  it('a choice takes one of its values to the letter', () => {
    const key = choice('S', 'D', ['a', 'b'], 'a');
    expect([undefined, 'b'].map((raw) => key.read('N', raw))).toEqual(['a', 'b']);
    for (const raw of ['A', 'c', 'toString']) expect(() => key.read('N', raw)).toThrow(StartError);
  });

  it('a list takes items between commas, each checked', () => {
    const key = list('S', 'D', { test: (item) => item.startsWith('x'), says: 'a list of x' });
    expect(key.read('N', undefined)).toEqual([]);
    expect(key.read('N', ' xa, xb ,,')).toEqual(['xa', 'xb']);
    expect(() => key.read('N', 'xa,b')).toThrow(StartError);
  });

  it('names the key and its rule', () => {
    expect(() => number.read('PORT', '11')).toThrow(
      'Invalid configuration: PORT must be a whole number from 1 to 10.',
    );
  });
});
