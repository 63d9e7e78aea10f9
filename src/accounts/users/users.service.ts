import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import type { Slice } from '../../http/page';
import { AppError, forbidden, notFound } from '../../validation/errors';
import { AccountsService } from '../accounts.service';
import { generatePassword } from '../password';
import { User } from '../user.entity';
import { countUsers, selectUsers } from './users.sql';
import type { CreateUserDto, PatchUserDto, UserDto, UsersQueryDto, UserWithPasswordDto } from './users.dto';

/** Users as staff see to them. The acting user comes first everywhere. */
@Injectable()
export class UsersService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly accounts: AccountsService,
  ) {}

  async list(actor: User, filter: UsersQueryDto, slice: Slice): Promise<[UserDto[], number]> {
    assertStaff(actor);
    return Promise.all([
      selectUsers(this.users.manager, filter, slice),
      countUsers(this.users.manager, filter),
    ]);
  }

  /** @throws AppError 404 */
  async find(actor: User, id: number): Promise<UserDto> {
    assertStaff(actor);
    const [user] = await selectUsers(this.users.manager, { id }, { limit: 1, offset: 0 });
    if (!user) throw notFound();
    return user;
  }

  /** @throws AppError 409 `account_exists` */
  async create(actor: User, request: CreateUserDto): Promise<UserWithPasswordDto> {
    assertStaff(actor);
    const made = request.password ? null : generatePassword();
    const user = await this.accounts.create({
      email: request.email,
      username: request.username || undefined,
      password: request.password || made!,
      isStaff: request.is_staff === true,
    });
    return { ...(await this.find(actor, user.id)), password: made };
  }

  /** @throws AppError 404, 409 `own_account` or `account_exists` */
  async patch(actor: User, id: number, request: PatchUserDto): Promise<UserDto> {
    await this.find(actor, id);
    if (id === actor.id && (request.is_active === false || request.is_staff === false)) throw ownAccount();
    await this.accounts.change(id, {
      email: request.email,
      username: request.username,
      isActive: request.is_active,
      isStaff: request.is_staff,
    });
    return this.find(actor, id);
  }

  /**
   * Returns the password where one was made.
   * @throws AppError 404, 409 `own_account`: one's own is changed by who knows it, not by who found a browser open
   */
  async resetPassword(actor: User, id: number, password: string | null): Promise<string | null> {
    await this.find(actor, id);
    if (id === actor.id) throw ownAccount();
    const made = password === null ? generatePassword() : null;
    await this.accounts.setPassword(id, password ?? made!);
    return made;
  }
}

function assertStaff(actor: User): void {
  if (!actor.isStaff) throw forbidden();
}

const ownAccount = () => new AppError(409, 'own_account');
