import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuditLog, sourceOf } from '../audit/audit-log.service';
import { invalidField } from '../validation/errors';
import { AccountsService } from './accounts.service';
import type { LoginDto } from './auth.dto';
import { LoginLimiter } from './login-limiter.service';
import type { User } from './user.entity';

/** A login, whatever it opens: within its limits, and recorded. */
@Injectable()
export class Login {
  constructor(
    private readonly accounts: AccountsService,
    private readonly limiter: LoginLimiter,
    private readonly audit: AuditLog,
  ) {}

  /**
   * The user of these credentials.
   * @throws AppError 400 without a name, 401 `login_failed`, 429
   */
  async check(
    { email, username, password }: LoginDto,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<User> {
    const login = email || username;
    if (!login) throw invalidField('email', 'field_email_or_username');
    const named = await this.accounts.findByLogin(login);
    const account = LoginLimiter.accountOf(named ?? login);
    // Those over the limit are not recorded: anybody could fill the log with them.
    await this.limiter.attempt(account, request.ip, reply);
    const user = await this.audit.record(
      {
        action: 'session.opened',
        actor: null,
        // An account is named by its id. A name that is nobody's is not recorded, nor its hash, which can be guessed:
        // people type passwords where a name belongs.
        target: { type: 'user', id: named && String(named.id) },
        ...sourceOf(request),
      },
      async (entry) => {
        const authenticated = await this.accounts.authenticate(named, password);
        entry.actor = authenticated;
        entry.statusCode = 200;
        return authenticated;
      },
    );
    await this.limiter.succeeded(account, request.ip, reply);
    return user;
  }
}
