import { Alert, Anchor, List, Text, ThemeIcon, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconExclamationMark, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { useFormat } from '../../parts/format';
import { usePerson } from '../../shell/session';
import type { Problem } from './attention';
import classes from './dashboard.module.css';

/** Where each is mended. The queue board is not a page of this panel. */
const PLACES = {
  databaseAway: null,
  stopping: null,
  queueAway: null,
  embeddingsWrong: { href: '/knowledge?tab=chunks', text: 'seeKnowledge' },
  eventsFailed: { href: '/events?status=failed', text: 'seeFailed' },
  textsFailed: { href: '/knowledge?tab=chunks&status=failed', text: 'seeKnowledge' },
  eventsLate: { href: '/events?status=queued', text: 'seeQueued' },
  textsLate: { href: '/knowledge?tab=chunks&status=pending', text: 'seeKnowledge' },
  shopsDiffer: { href: '/stores', text: 'seeShops' },
  shopsSilent: { href: '/stores', text: 'seeShops' },
} as const;

/** What is wrong, on top of all else, each with the link to where it is mended. */
export function AttentionList({ problems }: { problems: readonly Problem[] }) {
  const { t } = useTranslation('dashboard');
  if (problems.length === 0)
    return (
      <Text size="sm" className={classes.well}>
        <IconCircleCheck size={18} aria-hidden />
        {t('well')}
      </Text>
    );
  const severe = problems.some((problem) => problem.severe);
  return (
    <Alert color={severe ? 'red' : 'yellow'} icon={<IconAlertTriangle aria-hidden />} p="sm">
      <Title order={2} size="h5" mb={6}>
        {t('attention')}
      </Title>
      <List spacing={6} size="sm" center={false} className={classes.problems}>
        {problems.map((problem) => (
          <List.Item
            key={problem.kind}
            icon={
              <ThemeIcon size={18} radius="xl" color={problem.severe ? 'red' : 'yellow'} aria-hidden>
                {problem.severe ? <IconX size={12} /> : <IconExclamationMark size={12} />}
              </ThemeIcon>
            }
          >
            <Words problem={problem} /> <Place problem={problem} />
            {problem.kind === 'embeddingsWrong' && (
              <Text size="xs" c="dimmed" dir="auto">
                {problem.reason}
              </Text>
            )}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

function Words({ problem }: { problem: Problem }) {
  const { t } = useTranslation('dashboard');
  const format = useFormat();
  switch (problem.kind) {
    case 'eventsFailed':
    case 'textsFailed':
    case 'shopsDiffer':
    case 'shopsSilent':
      return <>{t(problem.kind, { count: problem.count, formatted: format.count(problem.count) })}</>;
    case 'eventsLate':
    case 'textsLate':
      return <>{t(problem.kind, { ago: format.ago(problem.since) })}</>;
    default:
      return <>{t(problem.kind)}</>;
  }
}

function Place({ problem: { kind } }: { problem: Problem }) {
  const { t } = useTranslation('dashboard');
  const { is_staff: isStaff } = usePerson();
  if (isStaff && (kind === 'queueAway' || kind === 'eventsLate'))
    return (
      <Anchor href="/admin/queues" size="sm" underline="always" className={classes.place}>
        {t('seeQueues')}
      </Anchor>
    );
  const place = PLACES[kind];
  if (!place) return null;
  return (
    <Anchor component={Link} href={place.href} size="sm" underline="always" className={classes.place}>
      {t(place.text)}
    </Anchor>
  );
}
