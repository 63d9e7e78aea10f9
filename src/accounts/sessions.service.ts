import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Config } from '../config/config';
import { unauthorized } from '../validation/errors';
import { AccountsService } from './accounts.service';
import type { User } from './user.entity';

export interface SessionClaims {
  /** User id. */
  sub: string;
  kind: 'access' | 'refresh';
  /** The user's `sessionVersion` when it was signed. */
  version: number;
}

export interface SessionTokens {
  access: string;
  refresh: string;
}

@Injectable()
export class SessionsService {
  constructor(
    private readonly jwt: JwtService,
    private readonly config: Config,
    private readonly accounts: AccountsService,
  ) {}

  async open(user: User): Promise<SessionTokens> {
    const { accessTokenSeconds, refreshTokenSeconds } = this.config.accounts;
    const [access, refresh] = await Promise.all([
      this.sign(user, 'access', accessTokenSeconds),
      this.sign(user, 'refresh', refreshTokenSeconds),
    ]);
    return { access, refresh };
  }

  /** @throws AppError 401 for anything but a valid refresh token of an active user */
  async renew(refresh: string): Promise<SessionTokens> {
    let claims: SessionClaims;
    try {
      claims = await this.jwt.verifyAsync<SessionClaims>(refresh, { algorithms: ['HS256'] });
    } catch {
      throw unauthorized('session_invalid');
    }
    return this.open(await this.userOf(claims, 'refresh'));
  }

  /** The user as the database has it now: who was deactivated is out at once. */
  async userOf(claims: SessionClaims, kind: SessionClaims['kind']): Promise<User> {
    const user = claims.kind === kind ? await this.accounts.find(Number(claims.sub)) : null;
    if (!user || !user.isActive || user.sessionVersion !== claims.version) {
      throw unauthorized('session_invalid');
    }
    return user;
  }

  private sign(user: User, kind: SessionClaims['kind'], expiresIn: number): Promise<string> {
    const claims: SessionClaims = { sub: String(user.id), kind, version: user.sessionVersion };
    return this.jwt.signAsync(claims, { algorithm: 'HS256', expiresIn });
  }
}
