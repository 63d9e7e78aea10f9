import { Button, Card, Group, Select, Stack, Text, Title } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '../../api/client';
import { useAction, useConfirm } from '../../parts/actions';
import { Facts } from '../../parts/facts';
import { useFormat } from '../../parts/format';
import { Answered } from '../../parts/states';
import { Code, Moment, State } from '../../parts/values';
import type { NewSecret } from './new-secret';
import type { Token } from './token-fields';

type Key = Schemas['SigningKeyDto'];

/** What becomes of the keys before a new one: hours that they stay, or none said. */
const OTHERS = ['stay', '24', '0'] as const;
type Others = (typeof OTHERS)[number];

const isValid = ({ expires_at: end }: Key): boolean => end === null || Date.parse(end) > Date.now();

export function SigningKeys({ token, made }: { token: Token; made: (secret: NewSecret) => void }) {
  const { t } = useTranslation('tokens');
  const confirm = useConfirm();
  const [others, setOthers] = useState<Others>('stay');
  const path = { id: token.id };
  const keys = useQuery({
    queryKey: ['tokens', token.id, 'signing-keys'],
    queryFn: () => answer(api.GET('/api/v1/integrations/tokens/{id}/signing-keys/', { params: { path } })),
  });
  const make = useAction(
    async () => {
      const { secret } = await answer(
        api.POST('/api/v1/integrations/tokens/{id}/signing-keys/', {
          params: { path },
          body: others === 'stay' ? {} : { expire_others_in_hours: Number(others) },
        }),
      );
      setOthers('stay');
      made({ kind: 'key', secret });
    },
    { said: null, changes: ['tokens'] },
  );
  const ask = async (endsOthers: boolean) => {
    const asked =
      others === 'stay' ||
      !endsOthers ||
      (await confirm({
        title: t('endOthersTitle'),
        text: t(`endOthersText_${others}`),
        action: t('endOthersAction'),
      }));
    if (asked) make.mutate();
  };
  return (
    <Stack gap="sm">
      <div>
        <Title order={3} size="h4">
          {t('signingKeys')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('signingHint')}
        </Text>
      </div>
      <Answered query={keys}>
        {(all) => (
          <Stack gap="xs">
            {all.length === 0 && <Text size="sm">{t('noKeys')}</Text>}
            {all.map((key) => (
              <SigningKey
                key={key.id}
                token={token}
                signingKey={key}
                last={isValid(key) && all.filter(isValid).length === 1}
              />
            ))}
            <Group align="flex-end" gap="xs">
              {all.some(isValid) && (
                <Select
                  label={t('others')}
                  data={OTHERS.map((value) => ({ value, label: t(`others_${value}`) }))}
                  value={others}
                  onChange={(value) => value && setOthers(value)}
                  allowDeselect={false}
                  comboboxProps={{ withinPortal: true }}
                />
              )}
              <Button
                variant="default"
                leftSection={<IconPlus size={16} aria-hidden />}
                loading={make.isPending}
                onClick={() => void ask(all.some(isValid))}
              >
                {t('makeKey')}
              </Button>
            </Group>
          </Stack>
        )}
      </Answered>
    </Stack>
  );
}

function SigningKey({ token, signingKey: key, last }: { token: Token; signingKey: Key; last: boolean }) {
  const { t } = useTranslation('tokens');
  const format = useFormat();
  const confirm = useConfirm();
  const remove = useAction(
    () =>
      answer(
        api.DELETE('/api/v1/integrations/tokens/{id}/signing-keys/{key_id}/', {
          params: { path: { id: token.id, key_id: key.id } },
        }),
      ),
    { said: () => t('keyRemoved'), changes: ['tokens'] },
  );
  const ask = async () => {
    const asked = await confirm({
      title: t('removeKeyTitle'),
      text: t(last && token.require_signature ? 'removeLastKeyText' : 'removeKeyText'),
      action: t('removeKey'),
    });
    if (asked) remove.mutate();
  };
  const valid = isValid(key);
  return (
    <Card withBorder padding="sm">
      <Group justify="space-between" mb={4}>
        <Group gap="xs">
          <Code>{key.preview}</Code>
          <State tone={valid ? 'good' : 'quiet'}>{t(valid ? 'active' : 'keyEnded')}</State>
        </Group>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconTrash size={14} aria-hidden />}
          aria-label={t('removeKeyLabel', { preview: key.preview })}
          loading={remove.isPending}
          onClick={() => void ask()}
        >
          {t('removeKey')}
        </Button>
      </Group>
      <Facts
        facts={[
          [t('createdAt'), format.dateTime(key.created_at)],
          [t('lastUsed'), <Moment key="used" at={key.last_used_at} never={t('never', { ns: 'common' })} />],
          [t('keyExpires'), key.expires_at ? format.dateTime(key.expires_at) : t('noExpiry')],
        ]}
      />
    </Card>
  );
}
