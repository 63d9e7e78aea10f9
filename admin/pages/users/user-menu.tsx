import { ActionIcon, Menu } from '@mantine/core';
import {
  IconBuildingStore,
  IconDots,
  IconKey,
  IconPencil,
  IconUserCheck,
  IconUserOff,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'wouter';
import { answer, api, type Schemas } from '../../api/client';
import { useAction, useConfirm } from '../../parts/actions';
import { useScope } from '../../shell/scope';
import { usePerson } from '../../shell/session';

type User = Schemas['UserDto'];

interface UserMenuProps {
  user: User;
  edit: () => void;
  resetPassword: () => void;
}

/** What staff do with a user. Oneself nobody deactivates, nor sets a password without knowing the old one. */
export function UserMenu({ user, edit, resetPassword }: UserMenuProps) {
  const { t } = useTranslation('users');
  const own = usePerson().id === user.id;
  const { choose } = useScope();
  const [, go] = useLocation();
  const switchActive = useSwitchActive(user);
  return (
    <Menu position="bottom-end" width={250} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon variant="default" aria-label={t('actionsOf', { email: user.email })}>
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconBuildingStore size={16} aria-hidden />}
          onClick={() => {
            choose(user.id);
            go('/');
          }}
        >
          {t('look')}
        </Menu.Item>
        <Menu.Item leftSection={<IconPencil size={16} aria-hidden />} onClick={edit}>
          {t('edit')}
        </Menu.Item>
        {!own && (
          <>
            <Menu.Item leftSection={<IconKey size={16} aria-hidden />} onClick={resetPassword}>
              {t('reset')}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item
              c={user.is_active ? 'var(--mantine-color-error)' : undefined}
              leftSection={
                user.is_active ? (
                  <IconUserOff size={16} aria-hidden />
                ) : (
                  <IconUserCheck size={16} aria-hidden />
                )
              }
              onClick={() => void switchActive()}
            >
              {t(user.is_active ? 'deactivate' : 'activate')}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

/** Asks, then does it. */
function useSwitchActive({ id, email, is_active: isActive }: User): () => Promise<void> {
  const { t } = useTranslation('users');
  const confirm = useConfirm();
  const change = useAction(
    () =>
      answer(api.PATCH('/api/v1/users/{id}/', { params: { path: { id } }, body: { is_active: !isActive } })),
    {
      said: (user) => t(user.is_active ? 'activated' : 'deactivated', { email }),
      changes: ['users', 'audit'],
    },
  );
  return async () => {
    const agreed = await confirm({
      title: t(isActive ? 'deactivateAsk' : 'activateAsk', { email }),
      text: t(isActive ? 'deactivateText' : 'activateText'),
      action: t(isActive ? 'deactivate' : 'activate'),
      dangerous: isActive,
    });
    if (agreed) change.mutate(undefined);
  };
}
