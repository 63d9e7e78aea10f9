import { Card, SimpleGrid, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Schemas } from '../../api/client';
import { useFormat } from '../../parts/format';
import { Moment } from '../../parts/values';
import classes from './dashboard.module.css';

interface CardsProps {
  dashboard: Schemas['DashboardDto'];
  /** Of one user's products; null where it is not asked for, of all users together. */
  products: { active: number; searchable: number } | null;
}

/** The numbers that say how it goes, each leading to what it counts. */
export function Cards({ dashboard: { events, embedding, window }, products }: CardsProps) {
  const { t } = useTranslation('dashboard');
  const format = useFormat();
  return (
    <SimpleGrid
      cols={{ base: 2, xs: 3, lg: products ? 6 : 5 }}
      spacing="sm"
      component="ul"
      className={classes.cards}
    >
      <Figure
        name={t('failed')}
        value={format.count(events.failed)}
        note={t('failedHint', { formatted: format.count(events.failed_in_window) })}
        bad={events.failed > 0}
        href="/events?status=failed"
      />
      <Figure
        name={t('queued')}
        value={format.count(events.queued)}
        note={t('now')}
        href="/events?status=queued"
      />
      <Figure
        name={t('oldest')}
        value={events.oldest_queued_at ? <Moment at={events.oldest_queued_at} /> : '—'}
        note={events.oldest_queued_at ? undefined : t('noneWaits')}
      />
      <Figure
        name={t('processed')}
        value={format.count(events.processed_in_window)}
        note={t(window)}
        href="/events?status=processed"
      />
      <Figure
        name={t('backlog')}
        value={format.count(embedding.pending_chunks)}
        note={
          embedding.failed_chunks > 0
            ? t('backlogFailed', { formatted: format.count(embedding.failed_chunks) })
            : t('backlogNone')
        }
        bad={embedding.failed_chunks > 0}
        href="/knowledge?tab=chunks"
      />
      {products && (
        <Figure
          name={t('searchable')}
          value={format.count(products.searchable)}
          note={t('searchableOf', { formatted: format.count(products.active) })}
          href="/products"
        />
      )}
    </SimpleGrid>
  );
}

interface FigureProps {
  name: string;
  value: ReactNode;
  note?: string | undefined;
  bad?: boolean;
  href?: string;
}

function Figure({ name, value, note, bad = false, href }: FigureProps) {
  const content = (
    <>
      <Text size="sm" c="dimmed" component="span">
        {name}
      </Text>
      <Text size="xl" fw={700} component="span" className={bad ? classes.bad : undefined}>
        {value}
      </Text>
      {note !== undefined && (
        <Text size="xs" c="dimmed" component="span" className={bad ? classes.bad : undefined}>
          {note}
        </Text>
      )}
    </>
  );
  return (
    <li>
      {href ? (
        <Card component={Link} href={href} withBorder padding="sm" className={classes.figure}>
          {content}
        </Card>
      ) : (
        <Card withBorder padding="sm" className={classes.figure}>
          {content}
        </Card>
      )}
    </li>
  );
}
