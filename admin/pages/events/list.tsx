import { Button, Switch } from '@mantine/core';
import { useIntersection } from '@mantine/hooks';
import { IconArrowUp, IconRefresh } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { answer, api } from '../../api/client';
import { LIVE_MS } from '../../api/queries';
import { DataTable } from '../../parts/data-table';
import { useFilters } from '../../parts/filters';
import { useFormat } from '../../parts/format';
import { Page } from '../../parts/page';
import { EmptyState, ErrorState } from '../../parts/states';
import { useScope } from '../../shell/scope';
import { useColumns } from './columns';
import { conditionsOf, FILTERS, type Conditions } from './conditions';
import { Counts } from './counts';
import { EventFilters } from './event-filters';
import { Failures } from './failures';
import { readStats } from './queries';
import { useSteady } from './steady';
import classes from './events.module.css';

const PAGE_SIZE = 20;
/** Counting reads more of the log than listing. */
const COUNT_MS = 3 * LIVE_MS;

interface EventListProps {
  retryMatching: (conditions: Conditions, filtered: boolean) => void;
  retrying: boolean;
  progress: ReactNode;
}

export function EventList({ retryMatching, retrying, progress }: EventListProps) {
  const { t } = useTranslation('events');
  const format = useFormat();
  const { userId } = useScope();
  const filters = useFilters(FILTERS);
  const [live, setLive] = useState(true);
  const conditions = conditionsOf(filters.values, userId);
  const { status, ...ofAnyState } = conditions;
  const list = useQuery({
    queryKey: ['events', 'list', conditions, filters.page],
    queryFn: () =>
      answer(
        api.GET('/api/v1/integrations/woocommerce/events/', {
          params: { query: { ...conditions, page: filters.page, page_size: PAGE_SIZE } },
        }),
      ),
    placeholderData: keepPreviousData,
    refetchInterval: live && LIVE_MS,
    refetchOnWindowFocus: live,
  });
  const counted = useQuery({
    queryKey: ['events', 'stats', ofAnyState],
    queryFn: () => readStats(ofAnyState),
    placeholderData: keepPreviousData,
    refetchInterval: live && COUNT_MS,
    refetchOnWindowFocus: live,
  });
  const stats = counted.data;
  // Rows stay in their places while somebody points at one, has one in focus, or has scrolled down to read.
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const rows = useRef<HTMLDivElement>(null);
  // A button that goes away takes the focus along, and says nothing.
  useEffect(() => setFocused(!!rows.current?.contains(document.activeElement)), [list.dataUpdatedAt]);
  const { ref: top, entry } = useIntersection({ rootMargin: '-56px 0px 0px 0px' });
  const scrolled = entry !== null && !entry.isIntersecting && entry.boundingClientRect.top < 56;
  const steady = useSteady(
    JSON.stringify([conditions, filters.page]),
    list.isPlaceholderData ? undefined : list.data?.results,
    pointed || focused || scrolled,
  );
  const columns = useColumns(steady.release);
  const failed = stats?.failed ?? 0;
  const filtered = Object.keys(filters.values).some((name) => name !== 'status');
  return (
    <Page
      title={t('title')}
      hint={t('hint')}
      actions={
        <>
          {failed > 0 && (status === undefined || status === 'failed') && (
            <Button
              variant="default"
              leftSection={<IconRefresh size={16} aria-hidden />}
              loading={retrying}
              onClick={() => retryMatching(conditions, filtered)}
            >
              {t('retryAll')}
            </Button>
          )}
          <Switch
            label={t('live')}
            checked={live}
            onChange={({ currentTarget: { checked } }) => setLive(checked)}
          />
        </>
      }
    >
      {progress}
      {counted.error && !stats ? (
        <ErrorState error={counted.error} retry={() => void counted.refetch()} />
      ) : (
        <Counts stats={stats} filters={filters} />
      )}
      <EventFilters filters={filters} />
      {failed > 0 && (
        <Failures
          conditions={conditions}
          failed={failed}
          show={(cause) => filters.set('cause', cause)}
          retry={(cause) => retryMatching({ ...ofAnyState, cause }, true)}
          retrying={retrying}
        />
      )}
      <div
        ref={rows}
        onPointerEnter={({ pointerType }) => setPointed(pointerType === 'mouse')}
        onPointerLeave={() => setPointed(false)}
        onFocus={() => setFocused(true)}
        onBlur={() => setFocused(false)}
      >
        <div ref={top} />
        <div className={classes.fresh} role="status">
          {steady.fresh > 0 && (
            <Button
              size="compact-md"
              radius="xl"
              leftSection={<IconArrowUp size={16} aria-hidden />}
              onClick={() => {
                steady.release();
                scrollTo({ top: 0 });
              }}
            >
              {t('fresh', { count: steady.fresh, formatted: format.count(steady.fresh) })}
            </Button>
          )}
        </div>
        <DataTable
          label={t('list')}
          query={{ ...list, data: list.data && { ...list.data, results: steady.rows } }}
          columns={columns}
          rowKey={({ id }) => id}
          empty={
            filters.active ? (
              <EmptyState text={t('noMatches', { ns: 'common' })} />
            ) : (
              <EmptyState text={t('empty')}>
                <Button component={Link} href="/tokens" variant="default">
                  {t('toTokens')}
                </Button>
              </EmptyState>
            )
          }
          page={filters.page}
          setPage={filters.setPage}
          pageSize={PAGE_SIZE}
        />
      </div>
    </Page>
  );
}
