import { Group, Stack, Text, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { useFormat } from './format';
import { Money } from './values';

type Priced = Pick<
  Schemas['ProductDto'],
  'price' | 'price_min' | 'price_max' | 'original_price' | 'discount_percentage' | 'currency_display'
>;

/** What a buyer pays now: of variations from which to which; while on sale with what it was before. */
export function Price({ product }: { product: Priced }) {
  const { t } = useTranslation();
  const format = useFormat();
  const {
    price,
    price_min: min,
    price_max: max,
    currency_display: currency,
    original_price: before,
  } = product;
  if (min !== null && max !== null && min !== max) {
    return (
      <Text component="span" inherit>
        {t('priceRange', { min: format.money(min), max: format.money(max) })} {currency}
      </Text>
    );
  }
  return (
    <Stack gap={0} component="span">
      <Money value={price} currency={currency} />
      {before !== null && (
        <Group gap={6} component="span" wrap="nowrap">
          <VisuallyHidden component="span">{t('regularPrice')}</VisuallyHidden>
          <Text component="del" size="xs" c="dimmed">
            {format.money(before)}
          </Text>
          {product.discount_percentage !== null && (
            <Text component="span" size="xs" c="red" fw={600} className="nowrap">
              {t('discount', { percent: format.percent(product.discount_percentage / 100) })}
            </Text>
          )}
        </Group>
      )}
    </Stack>
  );
}
