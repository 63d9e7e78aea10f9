import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { invalidField } from '../../validation/errors';
import { AccountsService } from '../accounts.service';
import { LoginLimiter } from '../login-limiter.service';
import { verifyPassword } from '../password';
import type { Authenticated } from '../session.guard';
import type { User } from '../user.entity';
import type { ChangePasswordDto } from './session.dto';

/** A user's change of their own password. */
@Injectable()
export class PasswordChanger {
  constructor(
    private readonly accounts: AccountsService,
    private readonly limiter: LoginLimiter,
  ) {}

  /** @throws AppError 400 for a wrong current password, which counts as a failed login; 429 after too many of them */
  async change(
    user: User,
    { current_password: current, new_password: next }: ChangePasswordDto,
    request: Authenticated,
    reply: FastifyReply,
  ): Promise<void> {
    // Who finds a browser logged in must not try passwords faster than who finds it logged out.
    const account = LoginLimiter.accountOf(user);
    await this.limiter.attempt(account, request.ip, reply);
    if (!(await verifyPassword(user.passwordHash, current))) {
      throw invalidField('current_password', 'field_current_password');
    }
    await this.limiter.succeeded(account, request.ip, reply);
    await this.accounts.setPassword(user.id, next, request.cookieSession?.id);
  }
}
