import { Alert, Group, Progress, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '../../api/client';
import { LIVE_MS } from '../../api/queries';
import { useAction, useConfirm } from '../../parts/actions';
import { useFormat } from '../../parts/format';
import { failedOf, retryBody, withoutFailure, type Conditions } from './conditions';
import { progressOf, type Retried } from './progress';
import { CHANGED_BY_RETRY, readStats } from './queries';

export interface Watched extends Retried {
  conditions: Conditions;
}

/** Of the same lasting conditions, no event that came later. By the server's clock: the person's may be wrong. */
function upTo(conditions: Conditions, lastEventAt: string | null): Conditions {
  if (!lastEventAt) return conditions;
  // The server's moments are cut to milliseconds.
  return { ...conditions, created_before: new Date(Date.parse(lastEventAt) + 1).toISOString() };
}

/** Queues failed events again, after it has asked with their number; then they can be followed. */
export function useRetryMatching() {
  const { t } = useTranslation('events');
  const format = useFormat();
  const confirm = useConfirm();
  const [watched, setWatched] = useState<Watched | null>(null);
  const sayNothing = () =>
    notifications.show({
      message: t('nothingToRetry'),
      closeButtonProps: { 'aria-label': t('close', { ns: 'common' }) },
    });
  const action = useAction(
    async (conditions: Conditions) => {
      const lasting = withoutFailure(conditions);
      const before = await readStats(lasting);
      const body = retryBody(conditions);
      const result = await answer(api.POST('/api/v1/integrations/woocommerce/events/retry/', { body }));
      if (result.retried === 0) sayNothing();
      else setWatched({ count: result.retried, before, conditions: upTo(lasting, before.last_event_at) });
    },
    // The progress says it.
    { said: null, changes: CHANGED_BY_RETRY },
  );
  const counting = useAction((conditions: Conditions) => readStats(failedOf(conditions)), {
    said: null,
    changes: [],
  });
  /** @param filtered whether the person has set conditions, and should hear that they count */
  const retry = async (conditions: Conditions, filtered: boolean) => {
    const { failed: count } = await counting.mutateAsync(conditions);
    if (count === 0) {
      sayNothing();
      return;
    }
    const text = t('retryText', { count, formatted: format.count(count) });
    const asked = await confirm({
      title: t('retryTitle'),
      text: filtered ? `${text} ${t('retryMatching')}` : text,
      action: t('retryAction'),
      dangerous: false,
    });
    if (asked) action.mutate(conditions);
  };
  return {
    // What goes wrong has been said.
    retry: (conditions: Conditions, filtered: boolean) =>
      void retry(conditions, filtered).catch(() => undefined),
    pending: counting.isPending || action.isPending,
    watched,
    dismiss: () => setWatched(null),
  };
}

/** How far events are that were queued again. */
export function RetryProgress({ watched, dismiss }: { watched: Watched; dismiss: () => void }) {
  const { t } = useTranslation('events');
  const format = useFormat();
  const { data } = useQuery({
    queryKey: ['events', 'retried', watched],
    queryFn: () => readStats(watched.conditions),
    refetchInterval: ({ state }) =>
      state.data && progressOf(watched, state.data).queued === 0 ? false : LIVE_MS,
  });
  const { queued, failed, processed } = progressOf(
    watched,
    data ?? { queued: watched.count, failed: watched.before.failed - watched.count },
  );
  const total = watched.count;
  const percent = (part: number) => (100 * part) / total;
  return (
    <Alert
      color={queued > 0 ? 'cyan' : failed > 0 ? 'yellow' : 'green'}
      title={t('progressTitle')}
      withCloseButton
      closeButtonLabel={t('hideProgress')}
      onClose={dismiss}
    >
      <Progress.Root size="md" mb="xs">
        <Progress.Section value={percent(processed)} color="green" aria-label={t('processed')} />
        <Progress.Section value={percent(failed)} color="red" aria-label={t('failed')} />
      </Progress.Root>
      <Group gap="md" role="status">
        <Text size="sm">
          {queued > 0
            ? t('progressQueued', {
                count: queued,
                formatted: format.count(queued),
                total: format.count(total),
              })
            : t('progressDone')}
        </Text>
        <Text size="sm">{t('progressProcessed', { formatted: format.count(processed) })}</Text>
        {failed > 0 && <Text size="sm">{t('progressFailed', { formatted: format.count(failed) })}</Text>}
      </Group>
    </Alert>
  );
}
