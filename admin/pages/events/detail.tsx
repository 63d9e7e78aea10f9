import { Button, Grid, Group, Stack, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useSearch } from 'wouter';
import { LIVE_MS } from '../../api/queries';
import { indentJson } from '../../parts/json-text';
import { JsonView } from '../../parts/json-view';
import { Page } from '../../parts/page';
import { Section } from '../../parts/section';
import { Answered } from '../../parts/states';
import { EventFacts } from './facts';
import { readEvent, useRetryOne } from './queries';
import { isUnderWay, type EventDetail } from './timeline';
import { EventTimeline } from './timeline-view';
import classes from './events.module.css';

/** One event, at its own address; while something of it is awaited it is read again. */
export function EventDetailView({ id, progress }: { id: number; progress: ReactNode }) {
  const { t } = useTranslation('events');
  const search = useSearch();
  const retry = useRetryOne();
  const query = useQuery({
    queryKey: ['events', 'one', id],
    queryFn: () => readEvent(id),
    refetchInterval: ({ state }) =>
      state.data && isUnderWay(state.data.event, Date.now()) ? LIVE_MS : false,
  });
  const event = query.data?.event;
  return (
    <Page
      title={event ? [event.event_type_display, event.product_name].filter(Boolean).join(': ') : t('detail')}
      back={{ href: `/events${search && `?${search}`}`, text: t('back') }}
      actions={
        event?.status === 'failed' && (
          <Button
            leftSection={<IconRefresh size={16} aria-hidden />}
            loading={retry.isPending}
            onClick={() => retry.mutate(id)}
          >
            {t('retryOne')}
          </Button>
        )
      }
    >
      {progress}
      <Answered query={query}>
        {(data) => (
          <Grid gap="md">
            <Grid.Col span={{ base: 12, md: 4 }} order={{ base: 1, md: 2 }}>
              <Section title={t('timeline')}>
                <EventTimeline event={data.event} />
              </Section>
            </Grid.Col>
            <Grid.Col span={{ base: 12, md: 8 }} order={{ base: 2, md: 1 }}>
              <Stack>
                <EventError event={data.event} />
                <Section title={t('aboutEvent')}>
                  <EventFacts event={data.event} />
                </Section>
                <Section title={t('payload')}>
                  {data.payload === null ? (
                    <Text c="dimmed">{t('payloadPruned')}</Text>
                  ) : (
                    <JsonView text={indentJson(data.payload)} label={t('payload')} />
                  )}
                </Section>
              </Stack>
            </Grid.Col>
          </Grid>
        )}
      </Answered>
    </Page>
  );
}

function EventError({ event }: { event: EventDetail }) {
  const { t } = useTranslation('events');
  const { error_message: error, failure_cause: cause, status } = event;
  if (!error) return null;
  return (
    <Section title={t(status === 'failed' ? 'error' : 'errorWaiting')}>
      <pre className={classes.error} dir="auto" tabIndex={0}>
        {error}
      </pre>
      {cause && (
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            {t('cause')}: <bdi>{cause}</bdi>
          </Text>
          <Button
            component={Link}
            href={`/events?${new URLSearchParams({ cause }).toString()}`}
            size="compact-sm"
            variant="default"
          >
            {t('showThese')}
          </Button>
        </Group>
      )}
    </Section>
  );
}
