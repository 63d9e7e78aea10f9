import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AccountsService } from '../accounts/accounts.service';
import { generatePassword } from '../accounts/password';
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
    const admin = await this.accounts.create({
      email: email ?? DEFAULT_EMAIL,
      username: email ? undefined : 'admin',
      password: chosen,
      isStaff: true,
    });
    const { secret } = await this.dataSource.transaction((manager) =>
      this.tokens.create(manager, admin, { integration_type: 'woocommerce', name: 'First shop' }, null),
    );
    return { email: admin.email, password: password === null ? chosen : null, integrationToken: secret };
  }
}
