import { Radio, Stack } from '@mantine/core';
import type { ComponentProps } from 'react';
import { useTranslation } from 'react-i18next';

/** What somebody may do. @param own whether it is one's own account, which nobody demotes themselves */
export function RoleChoice({
  own = false,
  ...input
}: Omit<ComponentProps<typeof Radio.Group>, 'children'> & { own?: boolean }) {
  const { t } = useTranslation('users');
  return (
    <Radio.Group label={t('role')} description={own ? t('ownRole') : undefined} {...input}>
      <Stack gap="xs" mt="xs">
        {(['owner', 'staff'] as const).map((role) => (
          <Radio
            key={role}
            value={role}
            label={t(role, { ns: 'common' })}
            description={t(`${role}Hint`)}
            disabled={own}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
