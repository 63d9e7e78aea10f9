import { Accordion, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconFilter, IconRefresh } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '../../api/client';
import { useFormat } from '../../parts/format';
import { Answered } from '../../parts/states';
import { Moment, State } from '../../parts/values';
import type { Conditions } from './conditions';
import classes from './events.module.css';

/** The server's word for failures of which it keeps no cause; not one to filter by. */
const UNKNOWN = 'unknown';

interface FailuresProps {
  /** Of the list; its state and cause do not count here. */
  conditions: Conditions;
  failed: number;
  show: (cause: string) => void;
  retry: (cause: string) => void;
  retrying: boolean;
}

/** Failed events by their cause. */
export function Failures({ conditions, failed, show, retry, retrying }: FailuresProps) {
  const { t } = useTranslation('events');
  const format = useFormat();
  const [opened, setOpened] = useState<string | null>(null);
  const query: Conditions = { ...conditions, status: undefined, cause: undefined };
  const groups = useQuery({
    queryKey: ['events', 'failures', query, failed],
    queryFn: () =>
      answer(api.GET('/api/v1/integrations/woocommerce/events/failures/', { params: { query } })),
    placeholderData: keepPreviousData,
    enabled: opened !== null,
  });
  return (
    <Accordion variant="contained" value={opened} onChange={setOpened} order={2}>
      <Accordion.Item value="failures">
        <Accordion.Control icon={<IconAlertTriangle size={18} aria-hidden />}>
          <Text component="span" fw={500}>
            {t('causes')}
          </Text>{' '}
          <Text component="span" size="sm" c="dimmed">
            {t('causesHint', { count: failed, formatted: format.count(failed) })}
          </Text>
        </Accordion.Control>
        <Accordion.Panel>
          {opened && (
            <Answered query={groups}>
              {({ results }) =>
                results.length === 0 ? (
                  <Text c="dimmed">{t('noCauses')}</Text>
                ) : (
                  <ul className={classes.causes}>
                    {results.map((group) => (
                      <li key={group.cause}>
                        <Cause group={group} show={show} retry={retry} retrying={retrying} />
                      </li>
                    ))}
                  </ul>
                )
              }
            </Answered>
          )}
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function Cause({
  group,
  show,
  retry,
  retrying,
}: { group: Schemas['FailureGroupDto'] } & Pick<FailuresProps, 'show' | 'retry' | 'retrying'>) {
  const { t } = useTranslation('events');
  const format = useFormat();
  const { cause, count, stores, example_error: example, last_at: last, first_at: first } = group;
  const known = cause !== UNKNOWN;
  return (
    <Stack gap={6}>
      <Group gap="xs">
        <State tone="bad">{t('causeEvents', { count, formatted: format.count(count) })}</State>
        <State tone="quiet">{t('causeStores', { count: stores, formatted: format.count(stores) })}</State>
        <Text size="sm" c="dimmed">
          {t('causeFirst')}: <Moment at={first} />
        </Text>
        <Text size="sm" c="dimmed">
          {t('causeLast')}: <Moment at={last} />
        </Text>
      </Group>
      <pre className={classes.error} dir="auto">
        {known ? cause : t('unknownCause')}
      </pre>
      {example && example !== cause && (
        <Text size="sm" c="dimmed">
          {t('exampleError')}: <bdi>{example}</bdi>
        </Text>
      )}
      {known && (
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconFilter size={14} aria-hidden />}
            onClick={() => show(cause)}
          >
            {t('showThese')}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconRefresh size={14} aria-hidden />}
            loading={retrying}
            onClick={() => retry(cause)}
          >
            {t('retryCause')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
