import { Alert, Button, PasswordInput, Stack, VisuallyHidden } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { answer, api, ApiError } from '../../api/client';
import { useAction } from '../../parts/actions';
import { useFormat } from '../../parts/format';
import { fieldErrors, useMessage } from '../../parts/message';
import { Section } from '../../parts/section';
import { usePerson } from '../../shell/session';
import { faultOf, LENGTH, type Passwords } from './passwords';

const EMPTY: Passwords = { current_password: '', new_password: '', again: '' };

export function PasswordForm() {
  const { t } = useTranslation('account');
  const { t: common } = useTranslation();
  const { email } = usePerson();
  const format = useFormat();
  const messageOf = useMessage();
  const rule = t('rule', { min: format.count(LENGTH.min), max: format.count(LENGTH.max) });
  const form = useForm({
    initialValues: EMPTY,
    validate: (values) => {
      const words = {
        required: common('required'),
        length: rule,
        same: t('same'),
        different: t('different'),
      };
      return Object.fromEntries(Object.entries(faultOf(values)).map(([name, fault]) => [name, words[fault]]));
    },
  });
  const change = useAction(
    ({ current_password, new_password }: Passwords) =>
      answer(api.POST('/api/v1/auth/password/', { body: { current_password, new_password } })),
    { said: () => t('changed'), changes: ['session', 'audit'], showsErrors: true },
  );
  const submit = (values: Passwords) =>
    change.mutate(values, {
      onSuccess: () => form.reset(),
      onError: (error) => form.setErrors(fieldErrors(error)),
    });
  const placed = change.error instanceof ApiError && change.error.fields.length > 0;
  const input = {
    dir: 'ltr',
    visibilityToggleButtonProps: { 'aria-label': common('showPassword') },
  } as const;
  return (
    <Section title={t('password')} hint={t('passwordHint')}>
      <form noValidate onSubmit={form.onSubmit(submit)}>
        <Stack maw={420}>
          {change.error && !placed && (
            <Alert color="red" role="alert">
              {messageOf(change.error)}
            </Alert>
          )}
          {/* Managers of passwords want to know whose it is. */}
          <VisuallyHidden>
            <input
              type="text"
              name="username"
              autoComplete="username"
              value={email}
              readOnly
              tabIndex={-1}
              aria-label={t('email')}
            />
          </VisuallyHidden>
          <PasswordInput
            label={t('current')}
            autoComplete="current-password"
            {...input}
            {...form.getInputProps('current_password')}
          />
          <PasswordInput
            label={t('next')}
            description={rule}
            autoComplete="new-password"
            {...input}
            {...form.getInputProps('new_password')}
          />
          <PasswordInput
            label={t('again')}
            autoComplete="new-password"
            {...input}
            {...form.getInputProps('again')}
          />
          <div>
            <Button type="submit" loading={change.isPending}>
              {t('changePassword')}
            </Button>
          </div>
        </Stack>
      </form>
    </Section>
  );
}
