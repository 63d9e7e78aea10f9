import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { QueryFailedError, Repository } from 'typeorm';
import { selectionOf } from '../database/selection';
import { AppError, unauthorized } from '../validation/errors';
import { hashPassword, verifyPassword } from './password';
import { endSessions } from './sessions/end-sessions';
import { User } from './user.entity';

export interface NewUser {
  email: string;
  /** By default the part of the e-mail before the `@`, made unique. */
  username?: string | undefined;
  password: string;
  isStaff: boolean;
}

export interface AccountChanges {
  email?: string | undefined;
  username?: string | undefined;
  isActive?: boolean | undefined;
  isStaff?: boolean | undefined;
}

export class AccountExistsError extends AppError {
  constructor() {
    super(409, 'account_exists');
  }
}

@Injectable()
export class AccountsService {
  private decoyHash: Promise<string> | undefined;
  private readonly columns: string;

  constructor(@InjectRepository(User) private readonly users: Repository<User>) {
    this.columns = selectionOf(users.metadata, 'u');
  }

  /** With each request of a session. */
  async find(id: number): Promise<User | null> {
    const [user] = await this.users.query<User[]>(`SELECT ${this.columns} FROM users u WHERE u.id = $1`, [
      id,
    ]);
    return user ? this.users.create(user) : null;
  }

  async isEmpty(users = this.users): Promise<boolean> {
    return !(await users.exists());
  }

  /**
   * @param users the repository of the caller's transaction, where there is one
   * @throws AccountExistsError when the e-mail or the username is taken
   */
  async create({ email, username, password, isStaff }: NewUser, users = this.users): Promise<User> {
    const user = users.create({
      email: email.trim().toLowerCase(),
      username: username?.trim().toLowerCase() ?? (await freeUsername(users, email.trim())),
      passwordHash: await hashPassword(password),
      isStaff,
    });
    const inserted = await users
      .createQueryBuilder()
      .insert()
      .values(user)
      .orIgnore()
      .returning(['id'])
      .execute();
    const [row] = inserted.raw as { id: number }[];
    if (!row) throw new AccountExistsError();
    return users.findOneByOrFail({ id: row.id });
  }

  /**
   * Deactivation ends all sessions.
   * @throws AccountExistsError when the e-mail or the username is taken
   */
  async change(id: number, changes: AccountChanges): Promise<void> {
    const { email, username, isActive, isStaff } = changes;
    const set: Partial<User> = {
      ...(email !== undefined && { email: email.trim().toLowerCase() }),
      ...(username !== undefined && { username: username.trim().toLowerCase() }),
      ...(isActive !== undefined && { isActive }),
      ...(isStaff !== undefined && { isStaff }),
    };
    if (Object.keys(set).length === 0) return;
    try {
      await this.users.manager.transaction(async (manager) => {
        await manager.update(User, { id }, set);
        if (isActive === false) await endSessions(manager, id);
      });
    } catch (error) {
      throw isDuplicate(error) ? new AccountExistsError() : error;
    }
  }

  /** Sets a password and ends all sessions, save that of one browser. */
  async setPassword(id: number, password: string, keepSession: string | null = null): Promise<void> {
    const passwordHash = await hashPassword(password);
    await this.users.manager.transaction(async (manager) => {
      await manager.update(User, { id }, { passwordHash });
      await endSessions(manager, id, keepSession);
    });
  }

  /** By e-mail or username, in any case of letters. */
  findByLogin(login: string): Promise<User | null> {
    const name = login.trim().toLowerCase();
    return this.users.findOneBy(name.includes('@') ? { email: name } : { username: name });
  }

  /**
   * The user, once the password is shown to be theirs.
   * @throws AppError 401 `login_failed`, in equal time for no user and a wrong password
   */
  async authenticate(user: User | null, password: string): Promise<User> {
    this.decoyHash ??= hashPassword('decoy');
    const matches = await verifyPassword(user?.passwordHash ?? (await this.decoyHash), password);
    if (!user || !matches || !user.isActive) throw unauthorized('login_failed');
    await this.users.update({ id: user.id }, { lastLoginAt: () => 'now()' });
    return user;
  }
}

const UNIQUE_VIOLATION = '23505';
const isDuplicate = (error: unknown): boolean =>
  error instanceof QueryFailedError && (error.driverError as { code?: string }).code === UNIQUE_VIOLATION;

async function freeUsername(users: Repository<User>, email: string): Promise<string> {
  const base = email.split('@')[0]!.toLowerCase().slice(0, 100);
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? base : `${base}${i}`;
    if (!(await users.existsBy({ username: candidate }))) return candidate;
  }
}
