import { Text, Timeline } from '@mantine/core';
import { IconCheck, IconClock, IconMinus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../parts/format';
import { stepsOf, type EventDetail, type Step, type StepState } from './timeline';

const ICONS = { done: IconCheck, awaited: IconClock, failed: IconX, skipped: IconMinus } as const;
const COLORS: Record<StepState, string> = {
  done: 'green',
  awaited: 'yellow',
  failed: 'red',
  skipped: 'gray',
};

/** From arrival to searchable, with the time that each step took. */
export function EventTimeline({ event }: { event: EventDetail }) {
  const { t } = useTranslation('events');
  const format = useFormat();
  const steps = stepsOf(event);
  const { chunks } = event.timeline;
  /** What has been, what is awaited, or why nothing is. */
  const titleOf = ({ name, state }: Step): string => {
    if (state === 'skipped') return t(event.status === 'failed' ? 'skipped_failed' : 'skipped_searchable');
    if (state === 'awaited' && name !== 'accepted' && name !== 'failed') return t(`awaited_${name}`);
    return t(`step_${name}`);
  };
  return (
    <Timeline bulletSize={26} lineWidth={2} active={steps.length} aria-label={t('timeline')}>
      {steps.map((step) => {
        const { name, state, at, after } = step;
        const Icon = ICONS[state];
        return (
          <Timeline.Item
            key={name}
            color={COLORS[state]}
            lineVariant={state === 'done' ? 'solid' : 'dashed'}
            bullet={<Icon size={15} aria-hidden />}
            title={titleOf(step)}
          >
            {at && (
              <Text size="sm">
                <time dateTime={at}>{format.dateTime(at)}</time>
              </Text>
            )}
            {after !== null && (
              <Text size="sm" c="dimmed">
                {t('after', { time: format.duration(after) })}
              </Text>
            )}
            {name === 'searchable' && at && after === null && (
              <Text size="sm" c="dimmed">
                {t('wasSearchable')}
              </Text>
            )}
            {name === 'searchable' && state !== 'skipped' && chunks > 0 && (
              <Text size="xs" c="dimmed">
                {t('chunks', { count: chunks, formatted: format.count(chunks) })}
              </Text>
            )}
          </Timeline.Item>
        );
      })}
    </Timeline>
  );
}
