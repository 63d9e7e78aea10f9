import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { answer, api } from '../../api/client';
import { useAction } from '../../parts/actions';
import { fieldErrors } from '../../parts/message';
import { UserSelect } from '../../parts/user-select';
import { useScope } from '../../shell/scope';
import { usePerson } from '../../shell/session';
import { TokenFields } from './fields';
import type { NewSecret } from './new-secret';
import { addressesOf, limitOf, type TokenValues } from './token-fields';

const TYPES = ['woocommerce', 'shopify'] as const;

interface GenerateValues extends TokenValues {
  integration_type: (typeof TYPES)[number];
  user_id: number | undefined;
  store_url: string;
}

/** @param made is handed the secret: nothing else keeps it */
export function GenerateToken({ close, made }: { close: () => void; made: (secret: NewSecret) => void }) {
  const { t } = useTranslation('tokens');
  const { is_staff: isStaff } = usePerson();
  const { userId } = useScope();
  const needed = t('required', { ns: 'common' });
  const form = useForm<GenerateValues>({
    initialValues: {
      name: '',
      integration_type: 'woocommerce',
      user_id: userId,
      store_url: '',
      allowed_ips: '',
      expires_at: null,
      rate_limit_per_minute: '',
      require_signature: false,
    },
    validate: {
      name: (name) => (name.trim() ? null : needed),
      rate_limit_per_minute: (limit) =>
        Number.isNaN(limitOf(limit)) ? t('notANumber', { ns: 'common' }) : null,
      user_id: (user) => (isStaff && user === undefined ? needed : null),
    },
  });
  const generate = useAction(
    async (values: GenerateValues) => {
      const limit = limitOf(values.rate_limit_per_minute);
      const { token: secret, integration_type: type } = await answer(
        api.POST('/api/v1/integrations/tokens/generate/', {
          body: {
            integration_type: values.integration_type,
            name: values.name.trim(),
            user_id: values.user_id,
            store_url: values.store_url.trim() || undefined,
            allowed_ips: addressesOf(values.allowed_ips),
            expires_at: values.expires_at,
            ...(limit === null ? {} : { rate_limit_per_minute: limit }),
          },
        }),
      );
      close();
      // Handed on, not returned: what is returned would stay in the memory of mutations.
      made({ kind: 'token', secret, steps: type === 'woocommerce' ? 'new' : 'none' });
    },
    { said: () => t('made'), changes: ['tokens', 'stores', 'users'] },
  );
  return (
    <Modal
      opened
      onClose={close}
      title={t('makeTitle')}
      size="lg"
      // What has been written is not lost by a key that was meant for the calendar, or a click beside.
      closeOnEscape={!form.isDirty()}
      closeOnClickOutside={!form.isDirty()}
      closeButtonProps={{ 'aria-label': t('close', { ns: 'common' }) }}
    >
      <form
        noValidate
        onSubmit={form.onSubmit((values) =>
          generate.mutate(values, { onError: (error) => form.setErrors(fieldErrors(error)) }),
        )}
      >
        <Stack>
          <TextInput
            label={t('name')}
            description={t('nameHint')}
            withAsterisk
            data-autofocus
            dir="auto"
            {...form.getInputProps('name')}
          />
          {isStaff && (
            <UserSelect
              label={t('owner')}
              withAsterisk
              userId={form.values.user_id}
              choose={(user) => form.setFieldValue('user_id', user)}
              error={form.errors.user_id}
            />
          )}
          <Select
            label={t('type')}
            data={TYPES.map((value) => ({ value, label: t(value) }))}
            allowDeselect={false}
            {...form.getInputProps('integration_type')}
          />
          <TextInput
            label={t('storeUrl')}
            description={t('storeUrlHint')}
            placeholder="https://shop.example.com"
            type="url"
            dir="ltr"
            {...form.getInputProps('store_url')}
          />
          <TokenFields form={form} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t('cancel', { ns: 'common' })}
            </Button>
            <Button type="submit" loading={generate.isPending}>
              {t('make')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
