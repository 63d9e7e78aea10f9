import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import type { Column } from '../../parts/data-table';
import { useFormat } from '../../parts/format';
import { Moment, State } from '../../parts/values';
import { usePerson } from '../../shell/session';
import type { Dialog } from './dialogs';
import { UserMenu } from './user-menu';

type User = Schemas['UserDto'];

export function useColumns(open: (dialog: Dialog) => void): Column<User>[] {
  const { t } = useTranslation('users');
  const { t: common } = useTranslation();
  const format = useFormat();
  const person = usePerson();
  return [
    {
      key: 'user',
      header: common('user'),
      cell: ({ id, email, username }) => (
        <Stack gap={0}>
          <Group gap={6}>
            <bdi>{email}</bdi>
            {id === person.id && <State tone="quiet">{t('you')}</State>}
          </Group>
          <Text size="xs" c="dimmed" component="span">
            <bdi>{username}</bdi>
          </Text>
        </Stack>
      ),
    },
    { key: 'role', header: t('role'), cell: ({ is_staff: staff }) => common(staff ? 'staff' : 'owner') },
    {
      key: 'active',
      header: t('active'),
      cell: ({ is_active: active }) => (
        <State tone={active ? 'good' : 'quiet'}>{t(active ? 'activeYes' : 'activeNo')}</State>
      ),
    },
    ...(['stores', 'tokens', 'products'] as const).map((name) => ({
      key: name,
      header: t(name === 'stores' ? 'shops' : name),
      numeric: true,
      cell: (user: User) => format.count(user[name]),
    })),
    { key: 'created', header: t('createdAt'), cell: (user) => format.date(user.created_at) },
    {
      key: 'login',
      header: t('lastLogin'),
      cell: (user) => <Moment at={user.last_login_at} never={common('never')} />,
    },
    {
      key: 'actions',
      header: common('actions'),
      cell: (user) => (
        <UserMenu
          user={user}
          edit={() => open({ kind: 'edit', user })}
          resetPassword={() => open({ kind: 'reset', user })}
        />
      ),
    },
  ];
}
