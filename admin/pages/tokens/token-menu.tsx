import { ActionIcon, Menu } from '@mantine/core';
import { IconDots, IconEdit, IconKeyOff, IconRefresh, IconRotate, IconShieldLock } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '../../api/client';
import { useAction, useConfirm } from '../../parts/actions';
import type { NewSecret } from './new-secret';
import type { Token } from './token-fields';

export type Dialog = 'edit' | 'security';

interface TokenMenuProps {
  token: Token;
  open: (dialog: Dialog) => void;
  made: (secret: NewSecret) => void;
}

/** What can be done with a token. */
export function TokenMenu({ token, open, made }: TokenMenuProps) {
  const { t } = useTranslation('tokens');
  const confirm = useConfirm();
  const { id, name } = token;
  const path = { id };
  const rotate = useAction(
    async () => {
      const { token: secret, integration_type: type } = await answer(
        api.POST('/api/v1/integrations/tokens/{id}/rotate/', { params: { path } }),
      );
      made({ kind: 'token', secret, steps: type === 'woocommerce' ? 'rotated' : 'none' });
    },
    { said: null, changes: ['tokens'] },
  );
  const setActive = useAction(
    async (isActive: boolean): Promise<unknown> =>
      isActive
        ? answer(
            api.PATCH('/api/v1/integrations/tokens/{id}/', { params: { path }, body: { is_active: true } }),
          )
        : answer(api.DELETE('/api/v1/integrations/tokens/{id}/', { params: { path } })),
    { said: (_, isActive) => t(isActive ? 'activated' : 'deactivated'), changes: ['tokens'] },
  );
  const askRotate = async () => {
    const asked = await confirm({
      title: t('rotateTitle', { name }),
      text: t('rotateText'),
      action: t('rotate'),
    });
    if (asked) rotate.mutate();
  };
  const askDeactivate = async () => {
    const asked = await confirm({
      title: t('deactivateTitle', { name }),
      text: t('deactivateText'),
      action: t('deactivate'),
    });
    if (asked) setActive.mutate(false);
  };
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon
          variant="default"
          aria-label={t('actionsOf', { name })}
          loading={rotate.isPending || setActive.isPending}
        >
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconEdit size={16} aria-hidden />} onClick={() => open('edit')}>
          {t('edit', { ns: 'common' })}
        </Menu.Item>
        <Menu.Item leftSection={<IconShieldLock size={16} aria-hidden />} onClick={() => open('security')}>
          {t('security')}
        </Menu.Item>
        <Menu.Item leftSection={<IconRotate size={16} aria-hidden />} onClick={() => void askRotate()}>
          {t('rotate')}
        </Menu.Item>
        {token.is_active ? (
          <Menu.Item
            color="red"
            leftSection={<IconKeyOff size={16} aria-hidden />}
            onClick={() => void askDeactivate()}
          >
            {t('deactivate')}
          </Menu.Item>
        ) : (
          <Menu.Item
            leftSection={<IconRefresh size={16} aria-hidden />}
            onClick={() => setActive.mutate(true)}
          >
            {t('activate')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
