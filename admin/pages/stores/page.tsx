import { Anchor, Button, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { IconClockExclamation } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'wouter';
import { answer, api, type Schemas } from '../../api/client';
import { DataTable, type Column } from '../../parts/data-table';
import { FilterBar, TextFilter, useFilters } from '../../parts/filters';
import { useFormat } from '../../parts/format';
import { Page } from '../../parts/page';
import { EmptyState } from '../../parts/states';
import { Code } from '../../parts/values';
import { useScope } from '../../shell/scope';
import { usePerson } from '../../shell/session';
import { CatalogueOf, LastEvent } from './catalogue-state';
import { Shop } from './shop';
import { eventsOf, productsOf, useShopName } from './shop-links';
import classes from './stores.module.css';

const REFRESH_MS = 15_000;

type Store = Schemas['StoreDto'];

const PAGE_SIZE = 20;

export default function StoresPage() {
  const { t } = useTranslation('stores');
  const { t: common } = useTranslation();
  const filters = useFilters(['search']);
  const { userId } = useScope();
  const [parameters, setParameters] = useSearchParams();
  const opened = Number(parameters.get('shop')) || null;
  const open = (id: number | null) =>
    setParameters((before) => {
      const after = new URLSearchParams(before);
      if (id === null) after.delete('shop');
      else after.set('shop', String(id));
      return after;
    });
  const asked = {
    page: filters.page,
    page_size: PAGE_SIZE,
    user_id: userId,
    search: filters.values.search,
  };
  const query = useQuery({
    queryKey: ['stores', 'list', asked],
    queryFn: () => answer(api.GET('/api/v1/integrations/stores/', { params: { query: asked } })),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
  return (
    <Page title={t('title')} hint={t('hint')}>
      <FilterBar filters={filters}>
        <TextFilter filters={filters} name="search" label={t('search')} />
      </FilterBar>
      <DataTable
        label={t('title')}
        query={query}
        columns={useColumns(open)}
        rowKey={({ id }) => id}
        empty={
          filters.active ? (
            <EmptyState text={common('noMatches')} />
          ) : (
            <EmptyState text={t('emptyTitle')}>
              <Button component={Link} href="/tokens">
                {t('makeToken')}
              </Button>
            </EmptyState>
          )
        }
        page={filters.page}
        setPage={filters.setPage}
        pageSize={PAGE_SIZE}
      />
      <Shop
        id={opened}
        listed={query.data?.results.find(({ id }) => id === opened)}
        close={() => open(null)}
      />
    </Page>
  );
}

function useColumns(open: (id: number) => void): Column<Store>[] {
  const { t } = useTranslation('stores');
  const format = useFormat();
  const person = usePerson();
  const { userId, choose } = useScope();
  const nameOf = useShopName();
  return [
    {
      key: 'shop',
      header: t('shop', { ns: 'common' }),
      cell: (store) => (
        <Stack gap={2} align="flex-start">
          <UnstyledButton
            className={classes.open}
            aria-label={t('open', { shop: nameOf(store) })}
            aria-haspopup="dialog"
            onClick={() => open(store.id)}
          >
            <Code>{nameOf(store)}</Code>
          </UnstyledButton>
          {store.clock_ahead_seconds > 0 && (
            <Group gap={4} wrap="nowrap">
              <IconClockExclamation size={14} aria-hidden />
              <Text size="xs">{t('clockAhead')}</Text>
            </Group>
          )}
        </Stack>
      ),
    },
    ...(person.is_staff && userId === undefined
      ? [{ key: 'owner', header: t('owner'), cell: (store: Store) => <bdi>{store.user_email}</bdi> }]
      : []),
    { key: 'last', header: t('lastEvent'), cell: (store) => <LastEvent shop={store} /> },
    { key: 'catalogue', header: t('catalogue'), cell: (store) => <CatalogueOf shop={store} /> },
    {
      key: 'queued',
      header: t('queued'),
      numeric: true,
      cell: ({ events_queued }) => format.count(events_queued),
    },
    {
      key: 'failed',
      header: t('failed'),
      numeric: true,
      cell: (store) =>
        store.events_failed === 0 ? (
          format.count(0)
        ) : (
          <Anchor
            component={Link}
            href={eventsOf(store.id, 'failed')}
            size="sm"
            c="red"
            fw={600}
            aria-label={t('seeFailed', {
              count: store.events_failed,
              formatted: format.count(store.events_failed),
            })}
          >
            {format.count(store.events_failed)}
          </Anchor>
        ),
    },
    {
      key: 'products',
      header: t('products'),
      numeric: true,
      cell: (store) => (
        <Anchor
          component={Link}
          href={productsOf(store.id)}
          size="sm"
          aria-label={`${t('seeProducts')}: ${format.count(store.products)}`}
          onClick={() => person.is_staff && choose(store.user_id)}
        >
          {format.count(store.products)}
        </Anchor>
      ),
    },
  ];
}
