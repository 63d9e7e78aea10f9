import { Alert, Button, Center, Group, Paper, PasswordInput, Stack, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { useMessage } from '../parts/message';
import { LanguageSwitch, SchemeSwitch } from './preferences';
import { useLogIn } from './session';

/** Where the queue board sends who is not logged in: back there afterwards. Only to a path of ours. */
function goOn(): void {
  const next = new URLSearchParams(location.search).get('next');
  if (next && /^\/admin\/[\w/-]*$/.test(next)) location.assign(next);
}

export function Login() {
  const { t } = useTranslation();
  const messageOf = useMessage();
  const logIn = useLogIn();
  const form = useForm({
    initialValues: { login: '', password: '' },
    validate: {
      login: (value) => (value.trim() ? null : t('required')),
      password: (value) => (value ? null : t('required')),
    },
  });
  return (
    <Center mih="100vh" p="md" component="main">
      <Paper withBorder shadow="sm" p="xl" w="100%" maw={420}>
        <form
          noValidate
          onSubmit={form.onSubmit(({ login, password }) =>
            logIn.mutate({ login: login.trim(), password }, { onSuccess: goOn }),
          )}
        >
          <Stack>
            <Group justify="space-between" wrap="nowrap">
              <Title order={1} size="h3">
                {t('product')}
              </Title>
              <Group gap="xs" wrap="nowrap">
                <LanguageSwitch />
                <SchemeSwitch />
              </Group>
            </Group>
            {logIn.error && (
              <Alert color="red" role="alert" title={t('loginFailed')}>
                {messageOf(logIn.error)}
              </Alert>
            )}
            <TextInput
              label={t('login')}
              autoComplete="username"
              dir="ltr"
              autoFocus
              {...form.getInputProps('login')}
            />
            <PasswordInput
              label={t('password')}
              autoComplete="current-password"
              dir="ltr"
              visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
              {...form.getInputProps('password')}
            />
            <Button type="submit" loading={logIn.isPending} fullWidth>
              {t('logIn')}
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}
