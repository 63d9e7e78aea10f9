import { ApiError } from '../../api/client';
import { changesOf, userErrors, type Person } from './fields';

const BEFORE: Person = { email: 'owner@example.com', username: 'owner', role: 'owner' };

describe('the form of a user', () => {
  it('sends what was changed alone', () => {
    expect(changesOf(BEFORE, { ...BEFORE, email: ' owner@example.com ' })).toEqual({});
    expect(changesOf(BEFORE, { ...BEFORE, username: 'shop', role: 'staff' })).toEqual({
      username: 'shop',
      is_staff: true,
    });
  });

  it('shows a conflict at what was changed', () => {
    const taken = new ApiError(409, 'account_exists', 'taken');
    expect(userErrors(taken, null, BEFORE)).toEqual({ email: 'taken' });
    expect(userErrors(taken, BEFORE, { ...BEFORE, username: 'staff' })).toEqual({ username: 'taken' });
    expect(userErrors(taken, BEFORE, { ...BEFORE, email: 'staff@example.com' })).toEqual({ email: 'taken' });
  });

  it('shows the refusal to demote oneself at the role', () => {
    expect(userErrors(new ApiError(409, 'own_account', 'yours'), BEFORE, BEFORE)).toEqual({ role: 'yours' });
  });

  it('takes the names of the form for those of the server', () => {
    const invalid = new ApiError(400, 'validation_error', '', [
      { field: 'is_staff', message: 'a flag' },
      { field: 'email', message: 'an e-mail' },
    ]);
    expect(userErrors(invalid, null, BEFORE)).toEqual({ role: 'a flag', email: 'an e-mail' });
    expect(userErrors(new Error('away'), null, BEFORE)).toEqual({});
  });
});
