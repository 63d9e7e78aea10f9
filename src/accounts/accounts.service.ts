import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { unauthorized } from '../validation/errors';
import { hashPassword, verifyPassword } from './password';
import { User } from './user.entity';

export interface NewUser {
  email: string;
  /** By default the part of the e-mail before the `@`, made unique. */
  username?: string | undefined;
  password: string;
  isStaff: boolean;
}

export class AccountExistsError extends Error {}

@Injectable()
export class AccountsService {
  private decoyHash: Promise<string> | undefined;

  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  find(id: number): Promise<User | null> {
    return this.users.findOneBy({ id });
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
      username: username?.trim().toLowerCase() ?? (await freeUsername(users, email)),
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
    if (!row) throw new AccountExistsError('The e-mail or the username is taken.');
    return users.findOneByOrFail({ id: row.id });
  }

  /** Sets a password and ends all sessions. False when there is no such user. */
  async resetPassword(email: string, password: string): Promise<boolean> {
    const result = await this.users
      .createQueryBuilder()
      .update()
      .set({
        passwordHash: await hashPassword(password),
        sessionVersion: () => 'session_version + 1',
        isActive: true,
      })
      .where({ email: email.trim().toLowerCase() })
      .execute();
    return result.affected === 1;
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

async function freeUsername(users: Repository<User>, email: string): Promise<string> {
  const base = email.split('@')[0]!.toLowerCase().slice(0, 100);
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? base : `${base}${i}`;
    if (!(await users.existsBy({ username: candidate }))) return candidate;
  }
}
