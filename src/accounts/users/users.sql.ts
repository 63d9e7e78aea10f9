import type { EntityManager } from 'typeorm';
import type { UserDto, UsersQueryDto } from './users.dto';

type Filter = Pick<UsersQueryDto, 'search' | 'is_active' | 'is_staff'> & { id?: number };

/** The newest first. What is counted is of other domains, and counted for the users of one page alone. */
export function selectUsers(
  manager: EntityManager,
  filter: Filter,
  { limit, offset }: { limit: number; offset: number },
): Promise<UserDto[]> {
  const { sql, values } = matching(filter);
  return manager.query<UserDto[]>(
    `SELECT u.id, u.email, u.username, u.is_staff, u.is_active, u.created_at, u.last_login_at,
            (SELECT count(*) FROM stores s WHERE s.user_id = u.id AND s.merged_into IS NULL) AS stores,
            (SELECT count(*) FROM integration_tokens t WHERE t.user_id = u.id AND t.is_active) AS tokens,
            (SELECT count(*) FROM products p WHERE p.user_id = u.id AND p.is_active) AS products
       FROM (SELECT * FROM users u WHERE ${sql} ORDER BY u.id DESC
              LIMIT $${values.length + 1} OFFSET $${values.length + 2}) u
      ORDER BY u.id DESC`,
    [...values, limit, offset],
  );
}

export async function countUsers(manager: EntityManager, filter: Filter): Promise<number> {
  const { sql, values } = matching(filter);
  const [row] = await manager.query<[{ count: number }]>(
    `SELECT count(*) AS count FROM users u WHERE ${sql}`,
    values,
  );
  return row.count;
}

function matching(filter: Filter): { sql: string; values: unknown[] } {
  const values: unknown[] = [];
  const conditions = ['true'];
  const add = (value: unknown, condition: (place: string) => string) => {
    conditions.push(condition(`$${values.push(value)}`));
  };
  if (filter.id !== undefined) add(filter.id, (place) => `u.id = ${place}`);
  if (typeof filter.is_active === 'boolean') add(filter.is_active, (place) => `u.is_active = ${place}`);
  if (typeof filter.is_staff === 'boolean') add(filter.is_staff, (place) => `u.is_staff = ${place}`);
  const search = filter.search?.trim();
  if (search) {
    const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
    add(pattern, (place) => `(u.email ILIKE ${place} OR u.username ILIKE ${place})`);
  }
  return { sql: conditions.join(' AND '), values };
}
