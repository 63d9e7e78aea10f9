import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { AccountsService } from '../accounts/accounts.service';
import { generatePassword } from '../accounts/password';
import { User } from '../accounts/user.entity';
import { Config } from '../config/config';
import { TokensService } from '../integrations/tokens/tokens.service';

const DEFAULT_EMAIL = 'admin@fiko.local';
/** Any number that nothing else in the database takes a lock by. */
const FIRST_START_LOCK = 0x46494b50;

export interface FirstAccess {
  email: string;
  /** Null where the operator gave it: it is not to be printed. */
  password: string | null;
  integrationToken: string;
}

/** Makes an empty installation usable: an admin, and a token for the first shop. */
@Injectable()
export class FirstStart {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly accounts: AccountsService,
    private readonly tokens: TokensService,
    private readonly config: Config,
  ) {}

  /** Null when there are users already. */
  async run(): Promise<FirstAccess | null> {
    if (!(await this.accounts.isEmpty())) return null;
    return this.dataSource.transaction((manager) => this.createFirst(manager));
  }

  private async createFirst(manager: EntityManager): Promise<FirstAccess | null> {
    // Of many processes that start at once, one finds no user.
    await manager.query(`SELECT pg_advisory_xact_lock(${FIRST_START_LOCK})`);
    const users = manager.getRepository(User);
    if (!(await this.accounts.isEmpty(users))) return null;
    const { email, password } = this.config.firstAdmin;
    const chosen = password ?? generatePassword();
    // Both or neither: an admin without a token would look like an installation in use.
    const admin = await this.accounts.create(
      {
        email: email ?? DEFAULT_EMAIL,
        username: email ? undefined : 'admin',
        password: chosen,
        isStaff: true,
      },
      users,
    );
    const request = { integration_type: 'woocommerce', name: 'First shop' } as const;
    const { secret } = await this.tokens.create(manager, admin, request, null);
    return { email: admin.email, password: password === null ? chosen : null, integrationToken: secret };
  }
}
