import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../parts/format';
import { Moment, State } from '../../parts/values';
import { CATALOGUE_TONES, catalogueState, isSilent } from './catalogue';

interface Shop {
  compared_at: string | null;
  drift_since: string | null;
  drift_products: number | null;
}

/** Whether our catalogue is the shop's, and since when it is not. */
export function CatalogueOf({ shop }: { shop: Shop }) {
  const { t } = useTranslation('stores');
  const format = useFormat();
  const state = catalogueState(shop);
  return (
    <Stack gap={2} align="flex-start">
      <State tone={CATALOGUE_TONES[state]}>
        {state === 'differs' && shop.drift_products
          ? t('differsBy', { count: shop.drift_products, formatted: format.count(shop.drift_products) })
          : t(state)}
      </State>
      {state !== 'neverCompared' && (
        <Text size="xs" c="dimmed" component="span">
          {t(state === 'differs' ? 'sinceWhen' : 'comparedWhen')}{' '}
          <Moment at={state === 'differs' ? shop.drift_since : shop.compared_at} />
        </Text>
      )}
    </Stack>
  );
}

/** When a shop last sent a change, and a word where nothing at all has come from it for long. */
export function LastEvent({ shop }: { shop: { last_event_at: string | null; compared_at: string | null } }) {
  const { t } = useTranslation('stores');
  return (
    <Stack gap={2} align="flex-start">
      <span>
        <Moment at={shop.last_event_at} never={t('noEvent')} />
      </span>
      {isSilent(shop, Date.now()) && <State tone="waiting">{t('silent')}</State>}
    </Stack>
  );
}
