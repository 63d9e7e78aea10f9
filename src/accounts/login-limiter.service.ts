import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Config } from '../config/config';
import { tooMany } from '../validation/errors';

/** An address may try many accounts, but not without end. */
const ACCOUNTS_PER_ADDRESS = 10;

/** Limits failed logins by account and address, and by address alone. */
@Injectable()
export class LoginLimiter {
  private readonly byAccount: RateLimiterMemory;
  private readonly byAddress: RateLimiterMemory;

  constructor(config: Config) {
    const { loginAttempts: points, loginWindowSeconds: duration } = config.accounts;
    const window = { duration, blockDuration: duration };
    this.byAccount = new RateLimiterMemory({ ...window, keyPrefix: 'account', points });
    this.byAddress = new RateLimiterMemory({
      ...window,
      keyPrefix: 'address',
      points: points * ACCOUNTS_PER_ADDRESS,
    });
  }

  /** Counts an attempt before it is checked, so that many at once do not slip through. @throws AppError 429 */
  async attempt(account: string, address: string): Promise<void> {
    try {
      await this.byAddress.consume(address);
      await this.byAccount.consume(`${address} ${account}`);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw tooMany('too_many_logins', Math.max(1, Math.ceil(refusal.msBeforeNext / 1000)));
    }
  }

  async succeeded(account: string, address: string): Promise<void> {
    await this.byAccount.delete(`${address} ${account}`);
    await this.byAddress.reward(address);
  }
}
