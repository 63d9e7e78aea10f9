import type { User } from './user.entity';

/** Whose rows somebody sees: staff all or those of one user, others their own; who asks for another's sees none. */
export function ownedBy(actor: User, userId?: number): { userId?: number } {
  if (actor.isStaff) return userId ? { userId } : {};
  return { userId: userId && userId !== actor.id ? -1 : actor.id };
}
