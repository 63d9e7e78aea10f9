import { Anchor, Paper, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { answer, api } from '../../api/client';
import { useFormat } from '../../parts/format';
import { ErrorState } from '../../parts/states';
import { usePerson } from '../../shell/session';
import classes from './products.module.css';

const REFRESH_MS = 15_000;
/** It counts much, and a text that was refused keeps it from coming to an end. */
const WAITING_MS = 6000;

export function useProductStats(userId: number, storeId: number | undefined) {
  const { is_staff: isStaff } = usePerson();
  return useQuery({
    queryKey: ['products', 'stats', userId, storeId],
    queryFn: () =>
      answer(
        api.GET('/api/v1/web-knowledge/products/stats/', {
          params: { query: { user_id: isStaff ? userId : undefined, store_id: storeId } },
        }),
      ),
    // Of another shop, never of another person.
    placeholderData: (previous, before) => (before?.queryKey[2] === userId ? previous : undefined),
    // The last texts are being embedded: the person may be waiting for it.
    refetchInterval: ({ state: { data } }) =>
      data && data.searchable < data.active ? WAITING_MS : REFRESH_MS,
  });
}

export function ProductStats({ userId, storeId }: { userId: number; storeId: number | undefined }) {
  const { t } = useTranslation('products');
  const format = useFormat();
  const { data, error, refetch } = useProductStats(userId, storeId);
  if (error && !data) return <ErrorState error={error} retry={() => void refetch()} />;
  const count = (value: number | undefined) => (value === undefined ? '…' : format.count(value));
  const missing = data ? data.active - data.searchable : 0;
  return (
    <dl className={classes.stats} aria-busy={!data}>
      <Figure name={t('total')} value={count(data?.total)} />
      <Figure name={t('active')} value={count(data?.active)} />
      <Figure name={t('statInStock')} value={count(data?.in_stock)} />
      <Figure name={t('onSale')} value={count(data?.with_discount)} />
      <Figure name={t('searchable')} value={count(data?.searchable)}>
        {data &&
          (missing > 0 ? (
            <Anchor component={Link} href="/knowledge?tab=chunks" size="xs">
              {t('notYetSearchable', { count: missing, formatted: format.count(missing) })}
            </Anchor>
          ) : (
            data.active > 0 && (
              <Text component="span" size="xs" c="dimmed">
                {t('allSearchable')}
              </Text>
            )
          ))}
      </Figure>
    </dl>
  );
}

function Figure({ name, value, children }: { name: string; value: string; children?: ReactNode }) {
  return (
    <Paper withBorder px="md" py="sm" className={classes.figure}>
      <dt>{name}</dt>
      <dd>{value}</dd>
      {children && <dd className={classes.note}>{children}</dd>}
    </Paper>
  );
}
