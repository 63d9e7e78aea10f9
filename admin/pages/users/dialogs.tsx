import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { SecretDialog } from '../../parts/secret-dialog';
import { CreateUser } from './create-user';
import { EditUser } from './edit-user';
import { ResetPassword } from './reset-password';

type User = Schemas['UserDto'];

/** What is open above the list. */
export type Dialog =
  | { kind: 'create' }
  | { kind: 'edit' | 'reset'; user: User }
  | { kind: 'password'; email: string; password: string };

export function Dialogs({
  dialog,
  setDialog,
}: {
  dialog: Dialog | null;
  setDialog: (dialog: Dialog | null) => void;
}) {
  const { t } = useTranslation('users');
  const close = () => setDialog(null);
  const show = (email: string, password: string | null) =>
    setDialog(password === null ? null : { kind: 'password', email, password });
  switch (dialog?.kind) {
    case 'create':
      return <CreateUser close={close} created={({ email, password }) => show(email, password)} />;
    case 'edit':
      return <EditUser user={dialog.user} close={close} />;
    case 'reset':
      return (
        <ResetPassword
          user={dialog.user}
          close={close}
          made={(password) => show(dialog.user.email, password)}
        />
      );
    case 'password':
      return (
        <SecretDialog
          title={t('createdTitle', { email: dialog.email })}
          label={t('password')}
          secret={dialog.password}
          done={close}
        >
          <Text size="sm">{t('passwordNext')}</Text>
        </SecretDialog>
      );
    default:
      return null;
  }
}
