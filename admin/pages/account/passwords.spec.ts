import { faultOf } from './passwords';

describe('a new password', () => {
  it.each([
    [{ current_password: 'old password', new_password: 'new password', again: 'new password' }, {}],
    [
      { current_password: '', new_password: 'short', again: 'other' },
      { current_password: 'required', new_password: 'length', again: 'different' },
    ],
    [
      { current_password: 'the same one', new_password: 'the same one', again: 'the same one' },
      { new_password: 'same' },
    ],
    [
      { current_password: 'old password', new_password: 'x'.repeat(201), again: 'x'.repeat(201) },
      { new_password: 'length' },
    ],
  ])('%#: has its faults named by field', (passwords, faults) => {
    expect(faultOf(passwords)).toEqual(faults);
  });
});
