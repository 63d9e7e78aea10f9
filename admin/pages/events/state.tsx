import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { State, type Tone } from '../../parts/values';
import type { EventRow } from './queries';

/** Whether it is queued, and after a failure; processed; or failed for good. */
export function EventState({ event }: { event: EventRow }) {
  const { t } = useTranslation('events');
  const { status, next_attempt_at: next, outcome } = event;
  const leftAlone = outcome === 'superseded' || outcome === 'awaiting_product';
  const tone: Tone =
    status === 'failed' ? 'bad' : status === 'queued' ? 'waiting' : leftAlone ? 'quiet' : 'good';
  return <State tone={tone}>{t(status === 'queued' && next ? 'waiting' : status)}</State>;
}

/** With what it did to the product, or why it did nothing. */
export function EventStateCell({ event }: { event: EventRow }) {
  const { t } = useTranslation('events');
  const { status, outcome, error_message: error } = event;
  return (
    <Stack gap={2} align="flex-start">
      <EventState event={event} />
      {outcome && status === 'processed' && (
        <Text size="xs" c="dimmed">
          {t(`outcome_${outcome}`)}
        </Text>
      )}
      {error && (
        <Text size="xs" c="dimmed" lineClamp={2} maw={260} title={error}>
          <bdi>{error}</bdi>
        </Text>
      )}
    </Stack>
  );
}
