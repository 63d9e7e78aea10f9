import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Config } from '../config/config';
import { addressKey } from '../limits/address-key';
import { rateLimitHeaders, type Answerable } from '../limits/rate-limit-headers';
import { RateLimits, type RateLimit } from '../limits/rate-limits.service';
import { tooMany } from '../validation/errors';
import { LoginMetrics } from './login.metrics';

/** An address may try many accounts, but not without end. */
const ACCOUNTS_PER_ADDRESS = 10;

/** Limits failed logins by account and address, and by address alone. */
@Injectable()
export class LoginLimiter {
  private readonly byAccount: RateLimit;
  private readonly byAddress: RateLimit;

  constructor(
    config: Config,
    private readonly limits: RateLimits,
    private readonly metrics: LoginMetrics,
  ) {
    const { loginAttempts: requests, loginWindowSeconds: windowSeconds } = config.accounts;
    this.byAccount = { name: 'login', requests, windowSeconds, blocks: true };
    this.byAddress = {
      name: 'login-address',
      requests: requests * ACCOUNTS_PER_ADDRESS,
      windowSeconds,
      blocks: true,
    };
  }

  /**
   * What the attempts of an account are counted by: the user's id, so that e-mail and username count together; the name
   * for one that is not there.
   */
  static accountOf(account: { id: number } | string): string {
    return typeof account === 'string' ? `name ${account.trim().toLowerCase()}` : `user ${account.id}`;
  }

  /** Counts an attempt before it is checked, so that many at once do not slip through. @throws AppError 429 */
  async attempt(account: string, address: string, reply: Answerable): Promise<void> {
    await this.count(this.byAddress, addressKey(address), reply);
    await this.count(this.byAccount, accountKey(account, address), reply);
    this.metrics.count('attempted');
  }

  async succeeded(account: string, address: string, reply: Answerable): Promise<void> {
    this.metrics.count('succeeded');
    await this.limits.forget(this.byAccount, accountKey(account, address));
    await this.limits.giveBack(this.byAddress, addressKey(address));
    const { requests: remaining, windowSeconds: resetSeconds } = this.byAccount;
    reply.headers(rateLimitHeaders({ limit: this.byAccount, allowed: true, remaining, resetSeconds }));
  }

  private async count(limit: RateLimit, key: string, reply: Answerable): Promise<void> {
    const allowance = await this.limits.take(limit, key);
    reply.headers(rateLimitHeaders(allowance));
    if (!allowance.allowed) throw tooMany('too_many_logins', allowance.resetSeconds);
  }
}

/** Hashed: people type passwords where a name belongs, and Redis keeps what is counted. */
const accountKey = (account: string, address: string): string =>
  createHash('sha256')
    .update(`${addressKey(address)} ${account}`)
    .digest('base64url');
