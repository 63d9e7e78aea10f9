import { Anchor, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { Facts } from '../../parts/facts';
import { useFormat } from '../../parts/format';
import { useScope } from '../../shell/scope';
import { StoreName } from '../../parts/stores';
import { Code, Moment } from '../../parts/values';
import { usePerson } from '../../shell/session';
import { ProductLink } from './product-link';
import { EventState } from './state';
import type { EventDetail } from './timeline';

/** All that is known of an event, and where to go on from it. */
export function EventFacts({ event }: { event: EventDetail }) {
  const { t } = useTranslation('events');
  const format = useFormat();
  const { is_staff: isStaff } = usePerson();
  const { choose } = useScope();
  /** Staff may look at another's shops at present. */
  const ofTheirs = () => isStaff && choose(event.user);
  const { woo_product_id: productId, store, outcome, processing_time_ms: time } = event;
  const facts: [string, ReactNode][] = [
    [t('status', { ns: 'common' }), <EventState key="state" event={event} />],
    [t('outcome'), outcome && t(`outcome_${outcome}`)],
    [
      t('product'),
      <>
        <ProductLink event={event} /> <span>({t('productNumber', { id: productId })})</span>
      </>,
    ],
    [t('shop', { ns: 'common' }), <StoreName key="shop" id={store} />],
    [t('user', { ns: 'common' }), isStaff && <bdi>{event.user_email}</bdi>],
    [
      t('arrived'),
      <time key="at" dateTime={event.created_at}>
        {format.dateTime(event.created_at)}
      </time>,
    ],
    [t('attempts'), format.count(event.attempts)],
    [t('nextAttempt'), event.next_attempt_at && <Moment at={event.next_attempt_at} />],
    [t('duration'), time !== null && format.duration(time)],
    [t('eventId'), <Code key="id">{event.event_id}</Code>],
    [t('logId'), <Code key="log">{event.id}</Code>],
    [t('token'), event.token_name && <bdi>{event.token_name}</bdi>],
    [t('sourceIp'), event.source_ip && <Code>{event.source_ip}</Code>],
    [t('userAgent'), event.user_agent && <Code>{event.user_agent}</Code>],
  ];
  return (
    <>
      <Facts facts={facts} />
      <Group gap="md" mt="md">
        {event.product_name && <ProductLink event={event}>{t('seeProduct')}</ProductLink>}
        <Anchor
          component={Link}
          href={`/events?store_id=${store}&woo_product_id=${productId}`}
          onClick={ofTheirs}
        >
          {t('seeProductEvents')}
        </Anchor>
        <Anchor component={Link} href={`/events?store_id=${store}`} onClick={ofTheirs}>
          {t('seeStoreEvents')}
        </Anchor>
      </Group>
    </>
  );
}
