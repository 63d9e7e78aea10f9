import { DataSource } from 'typeorm';
import { AccountExistsError, AccountsService } from '../accounts/accounts.service';
import { User } from '../accounts/user.entity';
import type { Config } from '../config/config';
import { StartError } from '../config/start-error';
import { dataSourceOptions } from '../database/data-source';
import { visitInstallation } from './installation';
import { ask } from './terminal';

export interface CreateUserOptions {
  isStaff: boolean;
  email: string | undefined;
  username: string | undefined;
  password: string | undefined;
  resetPassword: boolean;
}

/** Creates a user in the installation of DATA_DIR, also while a server runs on it. @throws StartError */
export async function createUser(config: Config, options: CreateUserOptions): Promise<void> {
  const email = (options.email ?? (await ask('E-mail: '))).trim();
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254)
    throw new StartError('The e-mail is not an address.');
  const { username } = options;
  if (username !== undefined && !/^[^\s@]{1,150}$/.test(username)) {
    throw new StartError('The username must have 1 to 150 characters, no space and no @.');
  }
  const password = options.password ?? (await ask('Password (at least 8 characters): ', true));
  if (password.length < 8 || password.length > 200)
    throw new StartError('The password must have 8 to 200 characters.');

  const installation = await visitInstallation(config);
  const dataSource = await new DataSource(dataSourceOptions(installation.databaseUrl)).initialize();
  try {
    const accounts = new AccountsService(dataSource.getRepository(User));
    if (options.resetPassword) {
      if (!(await accounts.resetPassword(email, password)))
        throw new StartError('There is no user with this e-mail.');
      process.stdout.write(`Password of ${email} changed; all its sessions have ended.\n`);
      return;
    }
    const user = await accounts.create({ email, username, password, isStaff: options.isStaff });
    const kind = options.isStaff ? 'Admin' : 'User';
    process.stdout.write(`${kind} ${user.email} (username ${user.username}, id ${user.id}) created.\n`);
  } catch (error) {
    if (!(error instanceof AccountExistsError)) throw error;
    throw new StartError(`${error.message} To give the user a new password, add --reset-password.`);
  } finally {
    await dataSource.destroy();
    await installation.close();
  }
}
