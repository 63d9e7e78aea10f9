import { Anchor, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Schemas } from '../../api/client';
import type { Column } from '../../parts/data-table';
import { useFormat } from '../../parts/format';
import { Code, State, type Tone } from '../../parts/values';
import { detailsOf } from '../stores/shop-links';
import { detailWords } from './detail-words';
import classes from './audit.module.css';

type Entry = Schemas['AuditEntryDto'];

const TONES: Record<Entry['outcome'], Tone> = {
  done: 'good',
  started: 'waiting',
  refused: 'bad',
  failed: 'bad',
};

/** As the server writes it for a command. */
const COMMAND_LINE = 'command line';

export function useColumns(): Column<Entry>[] {
  const { t } = useTranslation('audit');
  const format = useFormat();
  return [
    {
      key: 'when',
      header: t('when'),
      cell: ({ created_at }) => <time dateTime={created_at}>{format.dateTime(created_at)}</time>,
    },
    { key: 'who', header: t('who'), cell: (entry) => <Actor entry={entry} /> },
    {
      key: 'what',
      header: t('what'),
      cell: (entry) => (
        <Stack gap={0} align="flex-start">
          <Text size="sm" fw={500} component="span">
            {entry.action_display}
          </Text>
          <Target entry={entry} />
        </Stack>
      ),
    },
    { key: 'details', header: t('details'), cell: ({ details }) => <Details details={details} /> },
    {
      key: 'outcome',
      header: t('outcome'),
      cell: ({ outcome, status_code: status, error_code: code }) => (
        <Stack gap={2} align="flex-start">
          <State tone={TONES[outcome]}>{t(outcome)}</State>
          {code && (
            <Text size="xs" component="span" className="ltr">
              {[status, code].filter(Boolean).join(' ')}
            </Text>
          )}
        </Stack>
      ),
    },
    {
      key: 'address',
      header: t('address'),
      cell: ({ source_ip: ip, user_agent: agent }) => (
        <Stack gap={0} align="flex-start">
          {ip ? <Code>{ip}</Code> : '—'}
          {agent && (
            <Text size="xs" c="dimmed" dir="ltr" lineClamp={1} title={agent} className={classes.agent}>
              {agent}
            </Text>
          )}
        </Stack>
      ),
    },
  ];
}

function Actor({ entry: { actor, actor_email: email } }: { entry: Entry }) {
  const { t } = useTranslation('audit');
  if (email === COMMAND_LINE) return <>{t('commandLine')}</>;
  if (email === null)
    return (
      <Text c="dimmed" size="sm">
        {t('nobody')}
      </Text>
    );
  return (
    <Stack gap={0}>
      <bdi className={classes.email}>{email}</bdi>
      {actor === null && (
        <Text size="xs" c="dimmed" component="span">
          {t('nobody')}
        </Text>
      )}
    </Stack>
  );
}

const KINDS = ['user', 'token', 'event', 'store', 'chunk'] as const;

function Target({ entry: { target_type: type, target_id: id } }: { entry: Entry }) {
  const { t } = useTranslation('audit');
  const format = useFormat();
  if (!type) return null;
  const shown = id !== null && /^\d+$/.test(id) ? format.count(Number(id)) : (id ?? '');
  const kind = KINDS.find((each) => each === type);
  const text = kind ? t(`target_${kind}`, { id: shown }) : `${type} ${shown}`;
  const href = id === null ? null : placeOf(type, id);
  return href ? (
    <Anchor component={Link} href={href} size="xs">
      {text}
    </Anchor>
  ) : (
    <Text size="xs" c="dimmed" component="span">
      {text}
    </Text>
  );
}

function placeOf(type: string, id: string): string | null {
  if (type === 'event') return `/events/${id}`;
  if (type === 'store') return detailsOf(Number(id));
  return null;
}

function Details({ details }: { details: Entry['details'] }) {
  const { t, i18n } = useTranslation('audit');
  const format = useFormat();
  const words = {
    yes: t('yes', { ns: 'common' }),
    no: t('no', { ns: 'common' }),
    none: t('none'),
    format,
  };
  const entries = Object.entries(details);
  if (entries.length === 0) return <>—</>;
  return (
    <dl className={classes.details}>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>
            {i18n.exists(`detail_${name}`, { ns: 'audit' }) ? t(`detail_${name}` as 'detail_name') : name}
          </dt>
          <dd dir="auto">{detailWords(value, words)}</dd>
        </div>
      ))}
    </dl>
  );
}
