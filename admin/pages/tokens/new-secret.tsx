import { List, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { SecretDialog, SecretValue } from '../../parts/secret-dialog';
import { currentLanguage } from '../../i18n/language';
import { useFormat } from '../../parts/format';
import { Code } from '../../parts/values';
import type { Schemas } from '../../api/client';

/** A secret that has just been made, and what goes with it. Lives in the state of the page until it is stored. */
export type NewSecret =
  | { kind: 'token'; secret: string; steps: 'new' | 'rotated' | 'none' }
  | { kind: 'key'; secret: string }
  | ({ kind: 'native' } & Pick<
      Schemas['NativeWebhookWithSecretDto'],
      'secret' | 'delivery_url' | 'topics' | 'previous_secret_until'
    >);

/** Shows it once, with what to do with it. */
export function NewSecretDialog({ made, done }: { made: NewSecret; done: () => void }) {
  const { t } = useTranslation('tokens');
  const { secret } = made;
  switch (made.kind) {
    case 'token':
      return (
        <SecretDialog title={t('newToken')} label={t('yourToken')} secret={secret} done={done}>
          {made.steps === 'new' && <PluginSteps />}
          {made.steps === 'rotated' && <Text size="sm">{t('rotatedStep')}</Text>}
        </SecretDialog>
      );
    case 'key':
      return (
        <SecretDialog title={t('keyMade')} label={t('signingSecret')} secret={secret} done={done}>
          <Text size="sm">{t('keyStep')}</Text>
        </SecretDialog>
      );
    case 'native':
      return (
        <SecretDialog title={t('nativeMade')} label={t('webhookSecret')} secret={secret} done={done}>
          <NativeSteps made={made} />
        </SecretDialog>
      );
  }
}

/** What to do in the shop's WordPress, with the address to enter there. */
function PluginSteps() {
  const { t } = useTranslation('tokens');
  return (
    <div>
      <Title order={3} size="h5" mb="xs">
        {t('stepsTitle')}
      </Title>
      <List
        type="ordered"
        size="sm"
        spacing="xs"
        style={{ listStyleType: currentLanguage() === 'fa' ? 'persian' : 'decimal' }}
      >
        <List.Item>{t('step1')}</List.Item>
        <List.Item>
          {t('step2')}
          <Stack gap={4} mt={4}>
            <SecretValue label={t('serverAddress')} text={location.origin} />
            <Text size="sm" c="dimmed">
              {t('tokenAbove')}
            </Text>
          </Stack>
        </List.Item>
        <List.Item>{t('step3')}</List.Item>
        <List.Item>{t('step4')}</List.Item>
      </List>
    </div>
  );
}

function NativeSteps({ made }: { made: Extract<NewSecret, { kind: 'native' }> }) {
  const { t } = useTranslation('tokens');
  const format = useFormat();
  return (
    <Stack gap="xs">
      <SecretValue label={t('deliveryUrl')} text={made.delivery_url} />
      <Text size="sm">
        {t('topics')}: <Code>{made.topics.join(', ')}</Code>
      </Text>
      <Text size="sm">{t('nativeStep')}</Text>
      {made.previous_secret_until && (
        <Text size="sm" c="dimmed">
          {t('previousUntil', { when: format.dateTime(made.previous_secret_until) })}
        </Text>
      )}
    </Stack>
  );
}
