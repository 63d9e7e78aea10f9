import { addressesOf, changesOf, limitOf, statusOf, valuesOf, type Token } from './token-fields';

const token = {
  name: 'Shop',
  is_active: true,
  is_valid_status: true,
  allowed_ips: ['203.0.113.7', '198.51.100.0/24'],
  expires_at: '2020-01-01T00:00:00.000Z',
  rate_limit_per_minute: null,
  require_signature: false,
} as Token;

describe('fields of a token', () => {
  it('takes addresses as people write them', () => {
    expect(addressesOf(' 203.0.113.7\n\n198.51.100.0/24،۱۰.۰.۰.۱ ')).toEqual([
      '203.0.113.7',
      '198.51.100.0/24',
      '10.0.0.1',
    ]);
    expect(addressesOf('  ')).toEqual([]);
  });

  it.each([
    ['', null],
    ['600', 600],
    ['۶٬۰۰۰', 6000],
    ['many', NaN],
  ])('reads the limit %p as %p', (text, limit) => {
    expect(limitOf(text)).toBe(limit);
  });

  it('sends nothing that was not changed', () => {
    expect(changesOf(token, valuesOf(token))).toEqual({});
    expect(
      changesOf(token, {
        ...valuesOf(token),
        allowed_ips: '',
        expires_at: null,
        rate_limit_per_minute: '۶۰',
      }),
    ).toEqual({ allowed_ips: [], expires_at: null, rate_limit_per_minute: 60 });
  });

  it('calls deactivated what was deactivated, and expired what was not', () => {
    expect(statusOf(token)).toBe('active');
    expect(statusOf({ ...token, is_valid_status: false })).toBe('expired');
    expect(statusOf({ ...token, is_valid_status: false, is_active: false })).toBe('inactive');
  });
});
