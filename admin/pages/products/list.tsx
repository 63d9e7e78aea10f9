import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { answer, api, type Schemas } from '../../api/client';
import { DataTable, type Column } from '../../parts/data-table';
import { useFilters } from '../../parts/filters';
import { Picture } from '../../parts/picture';
import { Price } from '../../parts/price';
import { EmptyState } from '../../parts/states';
import { Stock } from '../../parts/stock';
import { Code, Moment, State } from '../../parts/values';
import { usePerson } from '../../shell/session';
import { productAddress } from './address';
import { filtersOf, MAIN, orderingOf, RARE, readId } from './filters';
import { ProductFilters } from './list-filters';
import { ProductStats } from './stats';
import classes from './products.module.css';

const PAGE_SIZE = 20;
/** Products change as shops send events; nobody waits for it here. */
const REFRESH_MS = 15_000;

type Product = Schemas['ProductDto'];

export function ProductList({ userId }: { userId: number }) {
  const { t } = useTranslation('products');
  const { is_staff: isStaff } = usePerson();
  const filters = useFilters([...MAIN, ...RARE]);
  const order = useFilters(['ordering']);
  const query = {
    ...filtersOf(filters.values),
    ordering: orderingOf(order.values.ordering),
    user_id: isStaff ? userId : undefined,
    page: filters.page,
    page_size: PAGE_SIZE,
  };
  const products = useQuery({
    queryKey: ['products', 'list', userId, query],
    queryFn: () => answer(api.GET('/api/v1/web-knowledge/products/', { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
  return (
    <Stack gap="md">
      <ProductStats userId={userId} storeId={readId(filters.values.store_id)} />
      <ProductFilters filters={filters} order={order} userId={userId} />
      <DataTable
        label={t('title')}
        query={products}
        columns={useColumns(userId)}
        rowKey={({ id }) => id}
        empty={<NoProducts filtered={filters.active} clear={filters.clear} />}
        page={filters.page}
        setPage={filters.setPage}
        pageSize={PAGE_SIZE}
      />
    </Stack>
  );
}

function NoProducts({ filtered, clear }: { filtered: boolean; clear: () => void }) {
  const { t } = useTranslation('products');
  const { t: common } = useTranslation();
  return filtered ? (
    <EmptyState text={common('noMatches')}>
      <Button variant="default" onClick={clear}>
        {common('clearFilters')}
      </Button>
    </EmptyState>
  ) : (
    <EmptyState text={t('empty')}>
      <Button component={Link} href="/tokens" variant="default">
        {t('toTokens')}
      </Button>
    </EmptyState>
  );
}

function useColumns(userId: number): Column<Product>[] {
  const { t } = useTranslation('products');
  const { t: common } = useTranslation();
  const { is_staff: isStaff } = usePerson();
  return [
    {
      key: 'product',
      header: t('product'),
      cell: ({ id, title, main_image: picture, external_id: externalId }) => (
        <Group gap="sm" wrap="nowrap">
          <Picture src={picture} />
          <div className={classes.title}>
            <Anchor component={Link} href={productAddress(id, userId, isStaff)} size="sm" display="block">
              <bdi>{title}</bdi>
            </Anchor>
            <Text component="span" c="dimmed">
              <Code>{externalId}</Code>
            </Text>
          </div>
        </Group>
      ),
    },
    { key: 'price', header: t('price'), cell: (product) => <Price product={product} /> },
    {
      key: 'stock',
      header: t('stock'),
      cell: ({ in_stock: inStock, stock_quantity: quantity }) => (
        <Stock inStock={inStock} quantity={quantity} />
      ),
    },
    {
      key: 'category',
      header: t('category'),
      cell: ({ category }) => (category === null ? '—' : <bdi>{category}</bdi>),
    },
    {
      key: 'state',
      header: common('status'),
      cell: ({ is_active: isActive }) => (
        <State tone={isActive ? 'good' : 'quiet'}>{t(isActive ? 'active' : 'deleted')}</State>
      ),
    },
    { key: 'updated', header: t('updated'), cell: ({ updated_at: at }) => <Moment at={at} /> },
  ];
}
