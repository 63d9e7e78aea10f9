import type { EntityManager } from 'typeorm';

/**
 * Ends what a user is logged in by, at once and in every process: access and refresh tokens, and the sessions of
 * browsers but for one. Part of the transaction that gives the reason.
 * @param keep the id of the session that goes on
 */
export async function endSessions(
  manager: EntityManager,
  userId: number,
  keep: string | null = null,
): Promise<void> {
  await manager.query(
    `WITH changed AS (
       UPDATE users SET session_version = session_version + 1 WHERE id = $1 RETURNING id, session_version
     ), ended AS (
       DELETE FROM sessions s USING changed u WHERE s.user_id = u.id AND s.id IS DISTINCT FROM $2
     )
     UPDATE sessions s SET session_version = u.session_version FROM changed u WHERE s.user_id = u.id AND s.id = $2`,
    [userId, keep],
  );
}
