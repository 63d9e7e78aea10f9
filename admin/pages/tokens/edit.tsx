import { Button, Group, Modal, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { answer, api } from '../../api/client';
import { useAction } from '../../parts/actions';
import { fieldErrors } from '../../parts/message';
import { TokenFields } from './fields';
import { changesOf, limitOf, valuesOf, type Token, type TokenValues } from './token-fields';

export function EditToken({ token, close }: { token: Token; close: () => void }) {
  const { t } = useTranslation('tokens');
  const form = useForm<TokenValues>({
    initialValues: valuesOf(token),
    validate: {
      name: (name) => (name.trim() ? null : t('required', { ns: 'common' })),
      rate_limit_per_minute: (limit) =>
        Number.isNaN(limitOf(limit)) ? t('notANumber', { ns: 'common' }) : null,
    },
  });
  const save = useAction(
    (values: TokenValues) =>
      answer(
        api.PATCH('/api/v1/integrations/tokens/{id}/', {
          params: { path: { id: token.id } },
          body: changesOf(token, values),
        }),
      ),
    { said: () => t('saved'), changes: ['tokens'] },
  );
  // It can be taken back, but not set, without a key.
  const mayRequire = token.signing_keys > 0 || token.require_signature;
  return (
    <Modal
      opened
      onClose={close}
      title={t('editTitle', { name: token.name })}
      size="lg"
      // What has been written is not lost by a key that was meant for the calendar, or a click beside.
      closeOnEscape={!form.isDirty()}
      closeOnClickOutside={!form.isDirty()}
      closeButtonProps={{ 'aria-label': t('close', { ns: 'common' }) }}
    >
      <form
        noValidate
        onSubmit={form.onSubmit((values) =>
          save.mutate(values, {
            onSuccess: close,
            onError: (error) => form.setErrors(fieldErrors(error)),
          }),
        )}
      >
        <Stack>
          <TextInput
            label={t('name')}
            withAsterisk
            data-autofocus
            dir="auto"
            {...form.getInputProps('name')}
          />
          <TokenFields form={form} />
          <Switch
            label={t('requireSignature')}
            description={t(mayRequire ? 'requireSignatureHint' : 'requireSignatureNoKey')}
            disabled={!mayRequire}
            {...form.getInputProps('require_signature', { type: 'checkbox' })}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('cancel', { ns: 'common' })}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t('save', { ns: 'common' })}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
