import { DataSource } from 'typeorm';
import { AccountExistsError, AccountsService } from '../accounts/accounts.service';
import { User } from '../accounts/user.entity';
import { AuditLog } from '../audit/audit-log.service';
import type { Config } from '../config/config';
import { isEmail } from '../config/keys';
import { StartError } from '../config/start-error';
import { dataSourceOptions } from '../database/data-source';
import { isPassword, isUsername } from '../validation/rules';
import { visitInstallation } from './installation';
import { ask } from './terminal';

export interface CreateUserOptions {
  isStaff: boolean;
  email: string | undefined;
  username: string | undefined;
  password: string | undefined;
  resetPassword: boolean;
}

/** The actor in the log of who did what: who may run a command here is known to the machine alone. */
const COMMAND_LINE = 'command line';

/** Creates a user in the installation of DATA_DIR, also while a server runs on it. @throws StartError */
export async function createUser(config: Config, options: CreateUserOptions): Promise<void> {
  const email = (options.email ?? (await ask('E-mail: '))).trim();
  if (!isEmail(email)) throw new StartError('The e-mail is not an address.');
  const { username } = options;
  if (username !== undefined && !isUsername(username)) {
    throw new StartError('The username must have 1 to 150 characters, no space and no @.');
  }
  const password = options.password ?? (await ask('Password (at least 8 characters): ', true));
  if (!isPassword(password)) throw new StartError('The password must have 8 to 200 characters.');

  const installation = await visitInstallation(config);
  const dataSource = await new DataSource(dataSourceOptions(installation.databaseUrl)).initialize();
  try {
    const accounts = new AccountsService(dataSource.getRepository(User));
    const audit = new AuditLog(dataSource, { error: (_, message) => process.stderr.write(`${message}\n`) });
    if (options.resetPassword) {
      const user = await accounts.findByLogin(email);
      if (!user) throw new StartError('There is no user with this e-mail.');
      const target = { type: 'user', id: String(user.id) };
      await audit.record({ action: 'user.password_reset', actor: COMMAND_LINE, target }, async () => {
        await accounts.setPassword(user.id, password);
        await accounts.change(user.id, { isActive: true });
      });
      process.stdout.write(`Password of ${email} changed; all its sessions have ended.\n`);
      return;
    }
    const user = await audit.record(
      {
        action: 'user.created',
        actor: COMMAND_LINE,
        target: { type: 'user', id: null },
        details: { email, ...(username !== undefined && { username }), is_staff: options.isStaff },
      },
      async (entry) => {
        const created = await accounts.create({ email, username, password, isStaff: options.isStaff });
        entry.targetId = String(created.id);
        return created;
      },
    );
    const kind = options.isStaff ? 'Admin' : 'User';
    process.stdout.write(`${kind} ${user.email} (username ${user.username}, id ${user.id}) created.\n`);
  } catch (error) {
    if (!(error instanceof AccountExistsError)) throw error;
    throw new StartError(
      'The e-mail or the username is taken. To give the user a new password, add --reset-password.',
    );
  } finally {
    await dataSource.destroy();
    await installation.close();
  }
}
