import { Paper, SimpleGrid, Text, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../parts/format';
import type { Filters } from '../../parts/filters';
import type { FilterName } from './conditions';
import type { Stats } from './queries';
import classes from './events.module.css';

const STATES = [
  { status: null, text: 'total', count: 'total', tone: undefined },
  { status: 'processed', text: 'processed', count: 'processed', tone: 'good' },
  { status: 'queued', text: 'queued', count: 'queued', tone: 'waiting' },
  { status: 'failed', text: 'failed', count: 'failed', tone: 'bad' },
] as const;

/** How many events of each state match the other filters; a state is chosen by its count. */
export function Counts({ stats, filters }: { stats: Stats | undefined; filters: Filters<FilterName> }) {
  const { t } = useTranslation('events');
  const format = useFormat();
  const chosen = filters.values.status ?? null;
  const rate = stats?.success_rate ?? null;
  const average = stats?.average_processing_time_ms ?? null;
  return (
    <SimpleGrid cols={{ base: 2, xs: 3, md: 5 }} spacing="xs">
      {STATES.map(({ status, text, count, tone }) => (
        <UnstyledButton
          key={text}
          className={classes.count}
          data-tone={stats && stats[count] > 0 ? tone : undefined}
          aria-pressed={chosen === status}
          onClick={() => filters.set('status', status)}
        >
          <Text size="sm" c="dimmed" component="span" display="block">
            {t(text)}
          </Text>
          <span className={classes.number}>{stats ? format.count(stats[count]) : '…'}</span>
        </UnstyledButton>
      ))}
      <Paper className={classes.count}>
        <Text size="sm" c="dimmed" component="span" display="block">
          {t('successRate')}
        </Text>
        <span className={classes.number}>{rate === null ? '—' : format.percent(rate / 100)}</span>
        {average !== null && (
          <Text size="xs" c="dimmed" component="span" ms="xs">
            {t('averageTime', { time: format.duration(average) })}
          </Text>
        )}
      </Paper>
    </SimpleGrid>
  );
}
