import { Anchor, Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Schemas } from '../../api/client';
import { Facts } from '../../parts/facts';
import { Price } from '../../parts/price';
import { Section } from '../../parts/section';
import { StoreName } from '../../parts/stores';
import { Stock } from '../../parts/stock';
import { Code, Moment, Money, State } from '../../parts/values';
import classes from './products.module.css';

export function ProductFacts({ product }: { product: Schemas['ProductDetailDto'] }) {
  const { t } = useTranslation('products');
  const { t: common } = useTranslation();
  const { sku, last_sync_at: lastSync, store_id: storeId } = product.extraction_metadata;
  const { currency_display: currency } = product;
  return (
    <Section title={t('facts')}>
      <Facts
        facts={[
          [
            t('price'),
            <Text key="price" component="span" fw={650} size="lg">
              <Price product={product} />
            </Text>,
          ],
          [
            t('discountAmount'),
            product.discount_amount && <Money value={product.discount_amount} currency={currency} />,
          ],
          [t('stock'), <Stock key="stock" inStock={product.in_stock} quantity={product.stock_quantity} />],
          [
            common('status'),
            <State key="state" tone={product.is_active ? 'good' : 'quiet'}>
              {t(product.is_active ? 'active' : 'deleted')}
            </State>,
          ],
          [t('sku'), sku && <Code>{sku}</Code>],
          [t('id'), <Code key="id">{product.external_id}</Code>],
          [t('type'), product.product_type_display],
          [
            t('categories'),
            product.categories.length > 0 && (
              <Group key="categories" gap={8} component="span">
                {product.categories.map((category) => (
                  <Anchor
                    key={category}
                    component={Link}
                    href={`/products?${new URLSearchParams({ category }).toString()}`}
                    size="sm"
                    dir="auto"
                  >
                    {category}
                  </Anchor>
                ))}
              </Group>
            ),
          ],
          [t('brand'), product.brand && <bdi>{product.brand}</bdi>],
          [
            t('tags'),
            product.tags.length > 0 && (
              <span key="tags" className={classes.tags}>
                {product.tags.map((tag) => (
                  <Badge key={tag} variant="default" tt="none" fw={400} dir="auto">
                    {tag}
                  </Badge>
                ))}
              </span>
            ),
          ],
          [t('shop'), <StoreName key="shop" id={storeId} />],
          [t('lastSync'), <Moment key="sync" at={lastSync} />],
          [t('created'), <Moment key="created" at={product.created_at} />],
        ]}
      />
    </Section>
  );
}
