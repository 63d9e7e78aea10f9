import { Alert, Button, Group, Modal, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '../../api/client';
import { useAction } from '../../parts/actions';
import { useFormat } from '../../parts/format';
import { useMessage } from '../../parts/message';
import { LENGTH } from '../account/passwords';
import { userErrors, type Role } from './fields';
import { RoleChoice } from './role-choice';

interface CreateUserProps {
  close: () => void;
  /** Called with who was made, and the password where one was made up. */
  created: (user: Schemas['UserWithPasswordDto']) => void;
}

const EMPTY = { email: '', username: '', password: '', role: 'owner' as Role };

export function CreateUser({ close, created }: CreateUserProps) {
  const { t } = useTranslation('users');
  const { t: common } = useTranslation();
  const format = useFormat();
  const messageOf = useMessage();
  const form = useForm({
    initialValues: EMPTY,
    validate: { email: (value) => (value.trim() ? null : common('required')) },
  });
  const create = useAction(
    async ({ email, username, password, role }: typeof EMPTY) => {
      const user = await answer(
        api.POST('/api/v1/users/', {
          body: {
            email: email.trim(),
            is_staff: role === 'staff',
            ...(username.trim() ? { username: username.trim() } : {}),
            ...(password ? { password } : {}),
          },
        }),
      );
      // Handed on before all else, and not returned: it is shown even where this dialog is closed by now.
      created(user);
      return user.email;
    },
    { said: (email) => t('created', { email }), changes: ['users', 'audit'], showsErrors: true },
  );
  const submit = (values: typeof EMPTY) =>
    create.mutate(values, {
      onError: (error) => form.setErrors(userErrors(error, null, values)),
    });
  const placed = Object.keys(form.errors).length > 0;
  return (
    <Modal
      opened
      onClose={close}
      closeOnEscape={!form.isDirty()}
      closeOnClickOutside={!form.isDirty()}
      title={t('create')}
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <form noValidate onSubmit={form.onSubmit(submit)}>
        <Stack>
          {create.error && !placed && (
            <Alert color="red" role="alert">
              {messageOf(create.error)}
            </Alert>
          )}
          <TextInput
            label={t('email')}
            type="email"
            dir="ltr"
            autoComplete="off"
            withAsterisk
            data-autofocus
            {...form.getInputProps('email')}
          />
          <TextInput
            label={t('username')}
            description={t('usernameHint')}
            dir="ltr"
            autoComplete="off"
            {...form.getInputProps('username')}
          />
          <PasswordInput
            label={t('password')}
            description={t('passwordHint', {
              min: format.count(LENGTH.min),
              max: format.count(LENGTH.max),
            })}
            dir="ltr"
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': common('showPassword') }}
            {...form.getInputProps('password')}
          />
          <RoleChoice {...form.getInputProps('role')} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {common('cancel')}
            </Button>
            <Button type="submit" loading={create.isPending}>
              {t('create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
