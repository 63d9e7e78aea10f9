import { Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { useFormat } from '../../parts/format';
import { Price } from '../../parts/price';
import { Section } from '../../parts/section';
import { Stock } from '../../parts/stock';
import { Code, State } from '../../parts/values';

type Variation = Schemas['VariationDto'];

/** A price as that of a product, without the percentage, which the API does not say of variations. */
export function VariationPrice({ variation, currency }: { variation: Variation; currency: string | null }) {
  return (
    <Price
      product={{
        price: variation.price,
        price_min: variation.price,
        price_max: variation.price,
        original_price: variation.original_price,
        discount_percentage: null,
        currency_display: currency,
      }}
    />
  );
}

export function VariationStock({ variation }: { variation: Variation }) {
  const { t } = useTranslation('products');
  if (variation.is_active === false) return <State tone="quiet">{t('notSold')}</State>;
  return (
    <Stock
      inStock={variation.in_stock}
      quantity={variation.stock_quantity}
      backorder={variation.stock_status === 'onbackorder'}
    />
  );
}

export function VariationName({ variation }: { variation: Variation }) {
  const { t } = useTranslation('products');
  const { t: common } = useTranslation();
  if (variation.price === null && variation.in_stock === null) return <>{t('unknownVariation')}</>;
  if (variation.attributes.length === 0) return <>{t('anyVariation')}</>;
  return variation.attributes.map(({ name, option }, index) => (
    <span key={name}>
      {index > 0 && common('comma')}
      <bdi>
        {name}: {option || t('anyVariation')}
      </bdi>
    </span>
  ));
}

export function Variations({ product }: { product: Schemas['ProductDetailDto'] }) {
  const { t } = useTranslation('products');
  const format = useFormat();
  const { variations } = product;
  const title = t('variations', { count: variations.length, formatted: format.count(variations.length) });
  return (
    <Section title={title}>
      <Table.ScrollContainer
        minWidth={480}
        maxHeight={480}
        type="native"
        tabIndex={0}
        role="region"
        aria-label={title}
      >
        <Table verticalSpacing="xs" stickyHeader aria-label={title}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('variation')}</Table.Th>
              <Table.Th>{t('price')}</Table.Th>
              <Table.Th>{t('stock')}</Table.Th>
              <Table.Th>{t('sku')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {variations.map((variation) => (
              <Table.Tr key={variation.id}>
                <Table.Td>
                  <VariationName variation={variation} />
                </Table.Td>
                <Table.Td>
                  <VariationPrice variation={variation} currency={product.currency_display} />
                </Table.Td>
                <Table.Td>
                  <VariationStock variation={variation} />
                </Table.Td>
                <Table.Td>
                  <Code>{variation.sku ?? variation.id}</Code>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}
