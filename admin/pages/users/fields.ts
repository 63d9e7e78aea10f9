import { ApiError } from '../../api/client';
import { fieldErrors } from '../../parts/message';

export interface Person {
  email: string;
  username: string;
  role: Role;
}

export type Role = 'owner' | 'staff';

/**
 * The server's word on a user's form, by field: a conflict stands at what was changed.
 * @returns empty where it is not about a field
 */
export function userErrors(error: unknown, before: Person | null, asked: Person): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  if (error.code === 'own_account') return { role: error.message };
  if (error.code === 'account_exists') {
    const usernameOnly = before !== null && before.email === asked.email.trim();
    return { [usernameOnly ? 'username' : 'email']: error.message };
  }
  const { is_staff: role, ...others } = fieldErrors(error);
  return { ...others, ...(role ? { role } : {}) };
}

/** What of a user was changed in a form, as the server takes it. */
export function changesOf(before: Person, after: Person) {
  const email = after.email.trim();
  const username = after.username.trim();
  return {
    ...(email === before.email ? {} : { email }),
    ...(username === before.username ? {} : { username }),
    ...(after.role === before.role ? {} : { is_staff: after.role === 'staff' }),
  };
}
