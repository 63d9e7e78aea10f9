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
            title={t(`step_${name}`)}
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
            <Note step={step} event={event} />
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

/** What is awaited, or why nothing is. */
function Note({ step: { name, state, at, after }, event }: { step: Step; event: EventDetail }) {
  const { t } = useTranslation('events');
  const note = () => {
    if (name === 'searchable') {
      if (state === 'skipped') return t(event.status === 'failed' ? 'skipped_failed' : 'skipped_searchable');
      if (at && after === null) return t('wasSearchable');
    }
    if (state === 'awaited' && name !== 'accepted' && name !== 'failed') return t(`awaited_${name}`);
    return null;
  };
  const text = note();
  return text ? (
    <Text size="sm" c="dimmed">
      {text}
    </Text>
  ) : null;
}
