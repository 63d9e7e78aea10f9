import { Anchor, Button, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link, useSearch } from 'wouter';
import type { Column } from '../../parts/data-table';
import { useFormat } from '../../parts/format';
import { StoreName } from '../../parts/stores';
import { Moment } from '../../parts/values';
import { usePerson } from '../../shell/session';
import { ProductLink } from './product-link';
import { useRetryOne, type EventRow } from './queries';
import { EventStateCell } from './state';
import classes from './events.module.css';

/** @param changed called once a row is no longer what it says */
export function useColumns(changed: () => void): Column<EventRow>[] {
  const { t } = useTranslation('events');
  const format = useFormat();
  const search = useSearch();
  const { is_staff: isStaff } = usePerson();
  const retry = useRetryOne();
  const columns: (Column<EventRow> | false)[] = [
    {
      key: 'when',
      header: t('when'),
      cell: ({ created_at: at }) => (
        <span className={classes.when}>
          <Moment at={at} />
        </span>
      ),
    },
    {
      key: 'type',
      header: t('type'),
      cell: (event) => (
        // The filters go along: from the event there is a way back to this very list.
        <Anchor component={Link} href={`/events/${event.id}${search && `?${search}`}`} inherit fw={500}>
          {event.event_type_display}
        </Anchor>
      ),
    },
    {
      key: 'product',
      header: t('product'),
      cell: (event) => (
        <div className={classes.product}>
          <ProductLink event={event} />
          <Text size="xs" c="dimmed">
            {t('productNumber', { id: event.woo_product_id })}
          </Text>
        </div>
      ),
    },
    {
      key: 'shop',
      header: t('shop', { ns: 'common' }),
      cell: ({ store }) => <StoreName id={store} href={`/events?store_id=${store}`} />,
    },
    {
      key: 'state',
      header: t('status', { ns: 'common' }),
      cell: (event) => <EventStateCell event={event} />,
    },
    {
      key: 'attempts',
      header: t('attempts'),
      numeric: true,
      cell: ({ attempts }) => format.count(attempts),
    },
    {
      key: 'duration',
      header: t('duration'),
      numeric: true,
      cell: ({ processing_time_ms: time }) => (time === null ? '—' : format.duration(time)),
    },
    isStaff && {
      key: 'user',
      header: t('user', { ns: 'common' }),
      cell: ({ user_email: email }) => <bdi>{email}</bdi>,
    },
    {
      key: 'actions',
      header: t('actions', { ns: 'common' }),
      cell: (event) =>
        event.status === 'failed' ? (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconRefresh size={14} aria-hidden />}
            aria-label={t('retryOneLabel', { id: event.event_id })}
            loading={retry.isPending && retry.variables === event.id}
            onClick={() => retry.mutate(event.id, { onSuccess: changed })}
          >
            {t('retryOne')}
          </Button>
        ) : null,
    },
  ];
  return columns.filter((column) => column !== false);
}
