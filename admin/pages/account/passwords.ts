/** Of a new password, as the server wants it. */
export const LENGTH = { min: 8, max: 200 };

export interface Passwords {
  current_password: string;
  new_password: string;
  again: string;
}

type Fault = 'required' | 'length' | 'same' | 'different';

/** What is wrong before the server is asked, by field. */
export function faultOf({
  current_password,
  new_password,
  again,
}: Passwords): Partial<Record<keyof Passwords, Fault>> {
  const faults: Partial<Record<keyof Passwords, Fault>> = {};
  if (!current_password) faults.current_password = 'required';
  if (new_password.length < LENGTH.min || new_password.length > LENGTH.max) faults.new_password = 'length';
  else if (new_password === current_password) faults.new_password = 'same';
  if (again !== new_password) faults.again = 'different';
  return faults;
}
