import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AccountsService } from '../accounts/accounts.service';
import { generatePassword } from '../accounts/password';
import { User } from '../accounts/user.entity';
import { Config } from '../config/config';
import { TokensService } from '../integrations/tokens/tokens.service';

const DEFAULT_EMAIL = 'admin@fiko.local';

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
    const { email, password } = this.config.firstAdmin;
    const chosen = password ?? generatePassword();
    // Both or neither: an admin without a token would look like an installation in use.
    const { admin, secret } = await this.dataSource.transaction(async (manager) => {
      const admin = await this.accounts.create(
        {
          email: email ?? DEFAULT_EMAIL,
          username: email ? undefined : 'admin',
          password: chosen,
          isStaff: true,
        },
        manager.getRepository(User),
      );
      const request = { integration_type: 'woocommerce', name: 'First shop' } as const;
      const { secret } = await this.tokens.create(manager, admin, request, null);
      return { admin, secret };
    });
    return { email: admin.email, password: password === null ? chosen : null, integrationToken: secret };
  }
}
