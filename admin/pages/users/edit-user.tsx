import { Alert, Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '../../api/client';
import { useAction } from '../../parts/actions';
import { useMessage } from '../../parts/message';
import { usePerson } from '../../shell/session';
import { changesOf, userErrors, type Person } from './fields';
import { RoleChoice } from './role-choice';

export function EditUser({ user, close }: { user: Schemas['UserDto']; close: () => void }) {
  const { t } = useTranslation('users');
  const { t: common } = useTranslation();
  const messageOf = useMessage();
  const own = usePerson().id === user.id;
  const before: Person = {
    email: user.email,
    username: user.username,
    role: user.is_staff ? 'staff' : 'owner',
  };
  const needed = (value: string) => (value.trim() ? null : common('required'));
  const form = useForm({ initialValues: before, validate: { email: needed, username: needed } });
  const change = useAction(
    (values: Person) =>
      answer(
        api.PATCH('/api/v1/users/{id}/', {
          params: { path: { id: user.id } },
          body: changesOf(before, values),
        }),
      ),
    {
      said: ({ email }) => t('changed', { email }),
      // One's own name stands in the frame.
      changes: own ? ['users', 'session', 'audit'] : ['users', 'audit'],
      showsErrors: true,
    },
  );
  const submit = (values: Person) =>
    Object.keys(changesOf(before, values)).length === 0
      ? close()
      : change.mutate(values, {
          onSuccess: close,
          onError: (error) => form.setErrors(userErrors(error, before, values)),
        });
  const placed = Object.keys(form.errors).length > 0;
  return (
    <Modal
      opened
      onClose={close}
      closeOnEscape={!form.isDirty()}
      closeOnClickOutside={!form.isDirty()}
      title={t('editTitle', { email: user.email })}
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <form noValidate onSubmit={form.onSubmit(submit)}>
        <Stack>
          {change.error && !placed && (
            <Alert color="red" role="alert">
              {messageOf(change.error)}
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
            dir="ltr"
            autoComplete="off"
            withAsterisk
            {...form.getInputProps('username')}
          />
          <RoleChoice own={own} {...form.getInputProps('role')} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {common('cancel')}
            </Button>
            <Button type="submit" loading={change.isPending}>
              {common('save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
