import { Alert, Button, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '../../api/client';
import { useAction } from '../../parts/actions';
import { useFormat } from '../../parts/format';
import { fieldErrors, useMessage } from '../../parts/message';
import { LENGTH } from '../account/passwords';

interface ResetPasswordProps {
  user: Schemas['UserDto'];
  close: () => void;
  /** Called with the password where one was made up. */
  made: (password: string) => void;
}

export function ResetPassword({ user, close, made }: ResetPasswordProps) {
  const { t } = useTranslation('users');
  const { t: common } = useTranslation();
  const format = useFormat();
  const messageOf = useMessage();
  const form = useForm({ initialValues: { password: '' } });
  const reset = useAction(
    async ({ password }: { password: string }) => {
      const answered = await answer(
        api.POST('/api/v1/users/{id}/password/', {
          params: { path: { id: user.id } },
          body: password ? { password } : {},
        }),
      );
      // Handed on before all else, and not returned: it is shown even where this dialog is closed by now.
      if (answered.password === null) close();
      else made(answered.password);
    },
    {
      said: () => t('passwordSet', { email: user.email }),
      changes: ['users', 'audit'],
      showsErrors: true,
    },
  );
  const placed = Object.keys(form.errors).length > 0;
  return (
    <Modal
      opened
      onClose={close}
      closeOnEscape={!form.isDirty() && !reset.isPending}
      closeOnClickOutside={!form.isDirty() && !reset.isPending}
      title={t('resetTitle', { email: user.email })}
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <form
        noValidate
        onSubmit={form.onSubmit((values) =>
          reset.mutate(values, {
            onError: (error) => form.setErrors(fieldErrors(error)),
          }),
        )}
      >
        <Stack>
          {reset.error && !placed && (
            <Alert color="red" role="alert">
              {messageOf(reset.error)}
            </Alert>
          )}
          <Text size="sm">{t('resetText')}</Text>
          <PasswordInput
            label={t('password')}
            description={t('passwordHint', {
              min: format.count(LENGTH.min),
              max: format.count(LENGTH.max),
            })}
            dir="ltr"
            autoComplete="new-password"
            visibilityToggleButtonProps={{ 'aria-label': common('showPassword') }}
            data-autofocus
            {...form.getInputProps('password')}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {common('cancel')}
            </Button>
            <Button type="submit" color="red" loading={reset.isPending}>
              {t('resetAction')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
