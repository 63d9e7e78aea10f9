import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Column } from '../../parts/data-table';
import { useFormat } from '../../parts/format';
import { Code, Moment, State, type Tone } from '../../parts/values';
import { usePerson } from '../../shell/session';
import { statusOf, type Token, type TokenStatus } from './token-fields';

const TONES: Record<TokenStatus, Tone> = { active: 'good', expired: 'bad', inactive: 'quiet' };
const ADDRESSES_SHOWN = 2;

export function useColumns(): Column<Token>[] {
  const { t } = useTranslation('tokens');
  const format = useFormat();
  const { is_staff: isStaff } = usePerson();
  const columns: (Column<Token> | false)[] = [
    {
      key: 'name',
      header: t('name'),
      cell: (token) => (
        <Stack gap={0}>
          <Text fw={500} inherit>
            <bdi>{token.name}</bdi>
          </Text>
          <Text size="xs" c="dimmed">
            {token.integration_type_display}
          </Text>
        </Stack>
      ),
    },
    { key: 'token', header: t('token'), cell: ({ token_preview: preview }) => <Code>{preview}</Code> },
    {
      key: 'status',
      header: t('status', { ns: 'common' }),
      cell: (token) => <State tone={TONES[statusOf(token)]}>{t(statusOf(token))}</State>,
    },
    isStaff && {
      key: 'user',
      header: t('user', { ns: 'common' }),
      cell: ({ user_email: email }) => <bdi>{email}</bdi>,
    },
    {
      key: 'usage',
      header: t('usage'),
      numeric: true,
      cell: ({ usage_count: count }) => format.count(count),
    },
    {
      key: 'lastUsed',
      header: t('lastUsed'),
      cell: ({ last_used_at: at }) => <Moment at={at} never={t('never', { ns: 'common' })} />,
    },
    {
      key: 'expiry',
      header: t('expiry'),
      cell: ({ expires_at: at }) => (at ? format.date(at) : t('noExpiry')),
    },
    { key: 'addresses', header: t('addresses'), cell: (token) => <Addresses token={token} /> },
    isStaff && {
      key: 'limit',
      header: t('limit'),
      numeric: true,
      cell: ({ rate_limit_per_minute: limit }) => (limit === null ? t('defaultLimit') : format.count(limit)),
    },
    {
      key: 'signature',
      header: t('signature'),
      cell: ({ require_signature: required, signing_keys: keys }) => (
        <Stack gap={0}>
          <span>{t(required ? 'signatureRequired' : 'signatureOptional')}</span>
          {keys > 0 && (
            <Text size="xs" c="dimmed">
              {t('keys', { count: keys, formatted: format.count(keys) })}
            </Text>
          )}
        </Stack>
      ),
    },
  ];
  return columns.filter((column) => column !== false);
}

function Addresses({ token: { allowed_ips: all } }: { token: Token }) {
  const { t } = useTranslation('tokens');
  const format = useFormat();
  if (all.length === 0) return <>{t('anyAddress')}</>;
  const more = all.length - ADDRESSES_SHOWN;
  return (
    <Stack gap={0} align="flex-start" title={all.join('\n')}>
      {all.slice(0, ADDRESSES_SHOWN).map((address) => (
        <Code key={address}>{address}</Code>
      ))}
      {more > 0 && (
        <Text size="xs" c="dimmed">
          {t('moreAddresses', { formatted: format.count(more) })}
        </Text>
      )}
    </Stack>
  );
}
