import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api, ApiError, type Schemas } from '../../api/client';
import { useAction, useConfirm } from '../../parts/actions';
import { Facts } from '../../parts/facts';
import { fieldErrors } from '../../parts/message';
import { SecretValue } from '../../parts/secret-dialog';
import { Answered } from '../../parts/states';
import { Code } from '../../parts/values';
import type { NewSecret } from './new-secret';
import type { Token } from './token-fields';

interface NativeProps {
  token: Token;
  made: (secret: NewSecret) => void;
}

/** What is told of them; null where the token takes none. */
async function readNative(id: number): Promise<Schemas['NativeWebhookDto'] | null> {
  try {
    return await answer(
      api.GET('/api/v1/integrations/tokens/{id}/native-webhooks/', { params: { path: { id } } }),
    );
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

export function NativeWebhooks({ token, made }: NativeProps) {
  const { t } = useTranslation('tokens');
  const native = useQuery({
    queryKey: ['tokens', token.id, 'native-webhooks'],
    queryFn: () => readNative(token.id),
  });
  return (
    <Stack gap="sm">
      <div>
        <Title order={3} size="h4">
          {t('native')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('nativeHint')}
        </Text>
      </div>
      <Answered query={native}>
        {(taken) =>
          taken ? <Taken token={token} taken={taken} made={made} /> : <NotTaken token={token} made={made} />
        }
      </Answered>
    </Stack>
  );
}

const useTake = ({ token, made }: NativeProps) =>
  useAction(
    async (currency: string) => {
      const { secret, delivery_url, topics, previous_secret_until } = await answer(
        api.POST('/api/v1/integrations/tokens/{id}/native-webhooks/', {
          params: { path: { id: token.id } },
          body: { currency },
        }),
      );
      made({ kind: 'native', secret, delivery_url, topics, previous_secret_until });
    },
    { said: null, changes: ['tokens'] },
  );

function NotTaken(props: NativeProps) {
  const { t } = useTranslation('tokens');
  const take = useTake(props);
  const form = useForm({
    initialValues: { currency: 'IRT' },
    validate: { currency: (currency) => (currency.trim() ? null : t('required', { ns: 'common' })) },
  });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ currency }) =>
        take.mutate(currency.trim(), { onError: (error) => form.setErrors(fieldErrors(error)) }),
      )}
    >
      <Stack gap="xs">
        <Text size="sm">{t('nativeOff')}</Text>
        <TextInput
          label={t('currency')}
          description={t('currencyHint')}
          dir="ltr"
          maxLength={3}
          maw={260}
          {...form.getInputProps('currency')}
        />
        <Group>
          <Button type="submit" variant="default" loading={take.isPending}>
            {t('takeNative')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Taken({ token, taken, made }: NativeProps & { taken: Schemas['NativeWebhookDto'] }) {
  const { t } = useTranslation('tokens');
  const confirm = useConfirm();
  const take = useTake({ token, made });
  const refuse = useAction(
    () =>
      answer(
        api.DELETE('/api/v1/integrations/tokens/{id}/native-webhooks/', {
          params: { path: { id: token.id } },
        }),
      ),
    { said: () => t('nativeRefused'), changes: ['tokens'] },
  );
  const renew = async () => {
    const asked = await confirm({
      title: t('newNativeTitle'),
      text: t('newNativeText'),
      action: t('newNativeSecret'),
      dangerous: false,
    });
    if (asked) take.mutate(taken.currency);
  };
  const stop = async () => {
    const asked = await confirm({
      title: t('refuseNativeTitle'),
      text: t('refuseNativeText'),
      action: t('refuseNative'),
    });
    if (asked) refuse.mutate();
  };
  return (
    <Stack gap="sm">
      <SecretValue label={t('deliveryUrl')} text={taken.delivery_url} />
      <Facts
        facts={[
          [t('topics'), <Code key="topics">{taken.topics.join(', ')}</Code>],
          [t('currency'), <Code key="currency">{taken.currency}</Code>],
        ]}
      />
      <Group gap="xs">
        <Button variant="default" loading={take.isPending} onClick={() => void renew()}>
          {t('newNativeSecret')}
        </Button>
        <Button variant="default" loading={refuse.isPending} onClick={() => void stop()}>
          {t('refuseNative')}
        </Button>
      </Group>
    </Stack>
  );
}
