import { Anchor } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Schemas } from '../../api/client';
import { DataTable, type Column } from '../../parts/data-table';
import { useFormat } from '../../parts/format';
import { Section } from '../../parts/section';
import { Code } from '../../parts/values';
import { useScope } from '../../shell/scope';
import { usePerson } from '../../shell/session';
import { CatalogueOf, LastEvent } from '../stores/catalogue-state';
import { detailsOf, eventsOf } from '../stores/shop-links';

type Shop = Schemas['DashboardStoreDto'];

const PAGE_SIZE = 5;

/** How fresh what we know of each shop is, those first that most need a look. */
export function ShopsToLookAt({ shops, total }: { shops: readonly Shop[]; total: number }) {
  const { t } = useTranslation('dashboard');
  const format = useFormat();
  const [page, setPage] = useState(1);
  // There may be fewer than when it was turned to.
  const shown = Math.min(page, Math.max(1, Math.ceil(shops.length / PAGE_SIZE)));
  return (
    <Section
      title={t('shops')}
      hint={t('shopsHint')}
      actions={
        <Anchor component={Link} href="/stores" size="sm">
          {t('allShops', { count: total, formatted: format.count(total) })}
        </Anchor>
      }
    >
      <DataTable
        label={t('shops')}
        query={{
          data: { count: shops.length, results: shops.slice((shown - 1) * PAGE_SIZE, shown * PAGE_SIZE) },
          error: null,
          isPending: false,
          refetch: () => undefined,
        }}
        columns={useColumns()}
        rowKey={({ id }) => id}
        empty={null}
        page={shown}
        setPage={setPage}
        pageSize={PAGE_SIZE}
      />
    </Section>
  );
}

function useColumns(): Column<Shop>[] {
  const { t } = useTranslation('stores');
  const format = useFormat();
  const person = usePerson();
  const { userId } = useScope();
  return [
    {
      key: 'shop',
      header: t('shop', { ns: 'common' }),
      cell: ({ id, name }) => (
        <Anchor component={Link} href={detailsOf(id)} size="sm">
          {name ? <Code>{name}</Code> : t('unnamed')}
        </Anchor>
      ),
    },
    ...(person.is_staff && userId === undefined
      ? [{ key: 'owner', header: t('owner'), cell: (shop: Shop) => <bdi>{shop.user_email}</bdi> }]
      : []),
    { key: 'last', header: t('lastEvent'), cell: (shop) => <LastEvent shop={shop} /> },
    { key: 'catalogue', header: t('catalogue'), cell: (shop) => <CatalogueOf shop={shop} /> },
    {
      key: 'failed',
      header: t('failed'),
      numeric: true,
      cell: ({ id, events_failed: failed }) =>
        failed === 0 ? (
          format.count(0)
        ) : (
          <Anchor
            component={Link}
            href={eventsOf(id, 'failed')}
            size="sm"
            c="red"
            fw={600}
            aria-label={t('seeFailed', { count: failed, formatted: format.count(failed) })}
          >
            {format.count(failed)}
          </Anchor>
        ),
    },
    {
      key: 'queued',
      header: t('queued'),
      numeric: true,
      cell: ({ events_queued }) => format.count(events_queued),
    },
    {
      key: 'products',
      header: t('products'),
      numeric: true,
      cell: ({ products }) => format.count(products),
    },
  ];
}
