import { Divider, Drawer, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { NativeWebhooks } from './native-webhooks';
import type { NewSecret } from './new-secret';
import { SigningKeys } from './signing-keys';
import type { Token } from './token-fields';

interface SecurityProps {
  token: Token;
  close: () => void;
  made: (secret: NewSecret) => void;
  /** Whether a new secret is shown above: keys are for that one then. */
  covered: boolean;
}

/** How the requests of a token are known to be the shop's. */
export function TokenSecurity({ token, close, made, covered }: SecurityProps) {
  const { t } = useTranslation('tokens');
  return (
    <Drawer
      opened
      onClose={close}
      position="right"
      size="lg"
      closeOnEscape={!covered}
      trapFocus={!covered}
      title={t('securityTitle', { name: token.name })}
      closeButtonProps={{ 'aria-label': t('close', { ns: 'common' }) }}
    >
      <Stack gap="xl">
        <SigningKeys token={token} made={made} />
        {token.integration_type === 'woocommerce' && (
          <>
            <Divider />
            <NativeWebhooks token={token} made={made} />
          </>
        )}
      </Stack>
    </Drawer>
  );
}
