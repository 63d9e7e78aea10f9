import { inDatabase } from './check';
import { fault, ok, warning, type Finding } from './finding';
import { number } from './values';

export interface AccountFacts {
  users: number;
  admins: number;
}

export const accountsCheck = inDatabase('Accounts', async (database, { inspection }) => {
  const facts = await database.one<AccountFacts>(
    `SELECT count(*)::int AS users, (count(*) FILTER (WHERE is_staff AND is_active))::int AS admins FROM users`,
  );
  return accountFindings(facts, inspection.set.has('ADMIN_PASSWORD'));
});

export function accountFindings({ users, admins }: AccountFacts, passwordIsSet: boolean): Finding[] {
  if (users === 0) return [ok('Admins', 'none yet: the first start makes one')];
  const findings = [
    admins > 0
      ? ok('Admins', `${number(admins)} active, of ${number(users)} users`)
      : fault('Admins', `none is active, of ${number(users)} users`, 'npm run create-admin'),
  ];
  if (passwordIsSet) {
    findings.push(
      warning(
        'ADMIN_PASSWORD',
        'is still set, and counts at the first start only',
        'take it out of the environment',
      ),
    );
  }
  return findings;
}
