import { Anchor, Button, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { answer, api, type Schemas } from '../../api/client';
import { LIVE_MS } from '../../api/queries';
import { useAction, useConfirm } from '../../parts/actions';
import { DataTable, type Column } from '../../parts/data-table';
import { ChoiceFilter, FilterBar, TextFilter, useFilters } from '../../parts/filters';
import { useFormat } from '../../parts/format';
import { LongText } from '../../parts/long-text';
import { StoreFilter } from '../../parts/stores';
import { EmptyState } from '../../parts/states';
import { Code, Moment } from '../../parts/values';
import { useScope } from '../../shell/scope';
import { usePerson } from '../../shell/session';
import { productAddress } from '../products/address';
import { readId } from '../products/filters';
import { ChunkState, ChunkTrouble, RetryChunk } from './chunk';
import { Embeddings } from './embeddings';
import classes from './knowledge.module.css';

const PAGE_SIZE = 20;
const REFRESH_MS = 15_000;
const STATES = ['embedded', 'pending', 'failed'] as const;

/** The pieces of text that search compares with questions, and what became of each. */
export function Chunks() {
  const { t } = useTranslation('knowledge');
  const { t: common } = useTranslation();
  const { is_staff: isStaff } = usePerson();
  const { userId } = useScope();
  const filters = useFilters(['search', 'status', 'store_id', 'product_id']);
  const query = {
    user_id: userId,
    search: filters.values.search,
    status: STATES.find((state) => state === filters.values.status),
    store_id: readId(filters.values.store_id),
    product_id: readId(filters.values.product_id),
    page: filters.page,
    page_size: PAGE_SIZE,
  };
  const chunks = useQuery({
    queryKey: ['chunks', 'list', query],
    queryFn: () => answer(api.GET('/api/v1/web-knowledge/chunks/', { params: { query } })),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) =>
      data?.results.some(({ status }) => status === 'pending') ? LIVE_MS : REFRESH_MS,
  });
  return (
    <Stack gap="md">
      {isStaff && <Embeddings />}
      <FilterBar filters={filters}>
        <TextFilter
          filters={filters}
          name="search"
          label={common('search')}
          placeholder={t('chunksSearchHint')}
        />
        <ChoiceFilter
          filters={filters}
          name="status"
          label={common('status')}
          choices={STATES.map((value) => ({ value, label: t(`status_${value}`) }))}
        />
        <StoreFilter filters={filters} name="store_id" />
        <TextFilter filters={filters} name="product_id" label={t('productId')} numeric />
        <RetryAll userId={userId} />
      </FilterBar>
      <DataTable
        label={t('tab_chunks')}
        query={chunks}
        columns={useColumns()}
        rowKey={({ id }) => id}
        empty={
          filters.active ? (
            <EmptyState text={common('noMatches')}>
              <Button variant="default" onClick={filters.clear}>
                {common('clearFilters')}
              </Button>
            </EmptyState>
          ) : (
            <EmptyState text={t('noChunks')}>
              <Button component={Link} href="/products" variant="default">
                {common('products')}
              </Button>
            </EmptyState>
          )
        }
        page={filters.page}
        setPage={filters.setPage}
        pageSize={PAGE_SIZE}
      />
    </Stack>
  );
}

function useColumns(): Column<Schemas['ChunkDto']>[] {
  const { t } = useTranslation('knowledge');
  const { t: common } = useTranslation();
  const format = useFormat();
  const { is_staff: isStaff } = usePerson();
  return [
    {
      key: 'product',
      header: t('product'),
      cell: ({ product, product_title: title, user }) => (
        <Anchor component={Link} href={productAddress(product, user, isStaff)} size="sm" dir="auto">
          {title}
        </Anchor>
      ),
    },
    {
      key: 'text',
      header: t('text'),
      cell: ({ text }) => (
        <div className={classes.text}>
          <LongText text={text} lines={2} />
        </div>
      ),
    },
    {
      key: 'tokens',
      header: t('tokens'),
      numeric: true,
      cell: ({ token_count: tokens }) => format.count(tokens),
    },
    {
      key: 'state',
      header: common('status'),
      cell: (chunk) => (
        <Stack gap={4} align="flex-start">
          <ChunkState status={chunk.status} />
          <ChunkTrouble chunk={chunk} />
          <RetryChunk chunk={chunk} />
        </Stack>
      ),
    },
    {
      key: 'embedded',
      header: t('embedded'),
      cell: ({ embedded_at: at, embedding_model: model }) => (
        <>
          <Moment at={at} />
          {model && (
            <Text c="dimmed">
              <Code>{model}</Code>
            </Text>
          )}
        </>
      ),
    },
  ];
}

/** Only where something was refused. */
function RetryAll({ userId }: { userId: number | undefined }) {
  const { t } = useTranslation('knowledge');
  const format = useFormat();
  const confirm = useConfirm();
  const failed = useQuery({
    queryKey: ['chunks', 'failed', userId],
    queryFn: () =>
      answer(
        api.GET('/api/v1/web-knowledge/chunks/', {
          params: { query: { user_id: userId, status: 'failed', page_size: 1 } },
        }),
      ),
    refetchInterval: REFRESH_MS,
  });
  const retry = useAction(
    () => answer(api.POST('/api/v1/web-knowledge/chunks/retry/', { params: { query: { user_id: userId } } })),
    {
      said: ({ count }) => t('retried', { count, formatted: format.count(count) }),
      changes: ['chunks', 'products', 'knowledge'],
    },
  );
  const count = failed.data?.count ?? 0;
  if (count === 0) return null;
  const formatted = format.count(count);
  const ask = async () => {
    const agreed = await confirm({
      title: t('retryAllTitle'),
      text: t('retryAllText', { count, formatted }),
      action: t('retryAll', { count, formatted }),
      dangerous: false,
    });
    if (agreed) retry.mutate(undefined);
  };
  return (
    <Button
      variant="default"
      size="sm"
      leftSection={<IconRefresh size={16} aria-hidden />}
      loading={retry.isPending}
      onClick={() => void ask()}
    >
      {t('retryAll', { count, formatted })}
    </Button>
  );
}
