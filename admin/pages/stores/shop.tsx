import { Alert, Button, Drawer, Group, Stack, Text, Title } from '@mantine/core';
import { IconClockExclamation, IconInfoCircle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { answer, api, type Schemas } from '../../api/client';
import { useAction, useConfirm } from '../../parts/actions';
import { Facts } from '../../parts/facts';
import { useFormat } from '../../parts/format';
import { Answered } from '../../parts/states';
import { Code, Moment, State } from '../../parts/values';
import { useScope } from '../../shell/scope';
import { usePerson } from '../../shell/session';
import { CATALOGUE_TONES, catalogueState, isSilent } from './catalogue';
import { eventsOf, productsOf, useShopName } from './shop-links';

type Store = Schemas['StoreDto'];

interface ShopProps {
  /** Null for none. */
  id: number | null;
  /** As the list has it, so that it is there at once. */
  listed: Store | undefined;
  close: () => void;
}

/** All that is known of a shop, and what can be done about it. */
export function Shop({ id, listed, close }: ShopProps) {
  const { t } = useTranslation();
  const nameOf = useShopName();
  const query = useQuery({
    queryKey: ['stores', 'one', id],
    queryFn: () => answer(api.GET('/api/v1/integrations/stores/{id}/', { params: { path: { id: id! } } })),
    enabled: id !== null,
    placeholderData: listed,
  });
  return (
    <Drawer
      opened={id !== null}
      onClose={close}
      position="right"
      size="lg"
      title={query.data ? <Code>{nameOf(query.data)}</Code> : t('shop')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Answered query={query}>{(store) => <Details store={store} />}</Answered>
    </Drawer>
  );
}

function Details({ store }: { store: Store }) {
  const { t } = useTranslation('stores');
  const format = useFormat();
  const person = usePerson();
  const { choose } = useScope();
  const state = catalogueState(store);
  return (
    <Stack>
      <Warnings store={store} />
      <Facts
        facts={[
          [t('catalogue'), <State tone={CATALOGUE_TONES[state]}>{t(state)}</State>],
          [t('driftSince'), store.drift_since && <Moment at={store.drift_since} />],
          [
            t('driftProducts'),
            store.drift_since && store.drift_products !== null && format.count(store.drift_products),
          ],
          [t('comparedAt'), <Moment at={store.compared_at} never={t('never', { ns: 'common' })} />],
          [t('inStepAt'), <Moment at={store.in_step_at} never={t('never', { ns: 'common' })} />],
          [t('lastEvent'), <Moment at={store.last_event_at} never={t('noEvent')} />],
          [t('queued'), format.count(store.events_queued)],
          [t('failed'), format.count(store.events_failed)],
          [t('products'), format.count(store.products)],
          [t('owner'), person.is_staff && <bdi>{store.user_email}</bdi>],
          [t('platform'), store.platform === 'shopify' ? t('shopify') : t('woocommerce')],
          [t('clock'), store.clock_ahead_seconds > 0 ? t('clockAhead') : t('clockRight')],
          [t('resyncedAt'), store.resynced_at && <Moment at={store.resynced_at} />],
          [t('firstSeen'), format.dateTime(store.created_at)],
          [t('number'), <Code>{store.id}</Code>],
        ].map(([name, value]) => [name as string, value === false ? null : value] as const)}
      />
      <Group gap="xs">
        {store.events_failed > 0 && (
          <Button component={Link} href={eventsOf(store.id, 'failed')} variant="light" color="red" size="sm">
            {t('seeFailed', { count: store.events_failed, formatted: format.count(store.events_failed) })}
          </Button>
        )}
        <Button component={Link} href={eventsOf(store.id)} variant="default" size="sm">
          {t('seeEvents')}
        </Button>
        <Button
          component={Link}
          href={productsOf(store.id)}
          variant="default"
          size="sm"
          onClick={() => person.is_staff && choose(store.user_id)}
        >
          {t('seeProducts')}
        </Button>
      </Group>
      <Resync store={store} />
    </Stack>
  );
}

function Warnings({ store }: { store: Store }) {
  const { t } = useTranslation('stores');
  const format = useFormat();
  const state = catalogueState(store);
  return (
    <>
      {store.clock_ahead_seconds > 0 && (
        <Alert color="yellow" icon={<IconClockExclamation aria-hidden />}>
          {t('clockAheadBy', { length: format.duration(store.clock_ahead_seconds * 1000) })}
        </Alert>
      )}
      {isSilent(store, Date.now()) && (
        <Alert color="yellow" icon={<IconInfoCircle aria-hidden />}>
          {t('silentHint')}
        </Alert>
      )}
      {state === 'differs' && (
        <Alert color="red" icon={<IconInfoCircle aria-hidden />}>
          {t('differsHint')}
        </Alert>
      )}
      {state === 'neverCompared' && (
        <Alert color="gray" icon={<IconInfoCircle aria-hidden />}>
          {t('neverComparedHint')}
        </Alert>
      )}
    </>
  );
}

function Resync({ store }: { store: Store }) {
  const { t } = useTranslation('stores');
  const shop = useShopName()(store);
  const confirm = useConfirm();
  const resync = useAction(
    () =>
      answer(api.POST('/api/v1/integrations/stores/{id}/resync/', { params: { path: { id: store.id } } })),
    { said: () => t('resynced', { shop }), changes: ['stores', 'dashboard'] },
  );
  const ask = async () => {
    if (
      await confirm({
        title: t('resyncAsk', { shop }),
        text: t('resyncText'),
        action: t('resyncAction'),
      })
    )
      resync.mutate(undefined);
  };
  return (
    <Stack gap="xs" align="flex-start" mt="sm">
      <Title order={3} size="h5">
        {t('resync')}
      </Title>
      <Text size="sm" c="dimmed">
        {t('resyncHint')}
      </Text>
      <Button variant="default" size="sm" loading={resync.isPending} onClick={() => void ask()}>
        {t('resync')}
      </Button>
    </Stack>
  );
}
