import '@mantine/charts/styles.css';
import { Grid, SegmentedControl, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '../../api/client';
import { useFilters } from '../../parts/filters';
import { Page } from '../../parts/page';
import { Answered } from '../../parts/states';
import { useScope } from '../../shell/scope';
import { usePerson } from '../../shell/session';
import { problemsOf } from './attention';
import { AttentionList } from './attention-list';
import { Cards } from './cards';
import { ConnectGuide } from './connect-guide';
import { EventsChart } from './events-chart';
import { QueuesChart } from './queues-chart';
import { useReadiness } from './readiness';
import { ShopsToLookAt } from './shops-to-look-at';
import { UsageChart } from './usage-chart';

const REFRESH_MS = 5000;
const PRODUCTS_MS = 30_000;
const WINDOWS = ['hour', 'day', 'week'] as const;
type Window = (typeof WINDOWS)[number];

export default function DashboardPage() {
  const { t } = useTranslation('dashboard');
  const filters = useFilters(['window']);
  const window: Window = WINDOWS.find((name) => name === filters.values.window) ?? 'hour';
  const { userId } = useScope();
  const asked = { window, user_id: userId };
  const query = useQuery({
    queryKey: ['dashboard', asked],
    queryFn: () => answer(api.GET('/api/v1/dashboard/', { params: { query: asked } })),
    // Of another window, never of another person.
    placeholderData: (previous, before) =>
      (before?.queryKey[1] as typeof asked | undefined)?.user_id === userId ? previous : undefined,
    refetchInterval: REFRESH_MS,
  });
  return (
    <Page
      title={t('title')}
      hint={t('hint')}
      actions={
        <SegmentedControl
          aria-label={t('window')}
          size="sm"
          value={window}
          onChange={(value) => filters.set('window', value === 'hour' ? null : value)}
          data={WINDOWS.map((value) => ({ value, label: t(value) }))}
        />
      }
    >
      <Answered query={query}>{(dashboard) => <Overview dashboard={dashboard} />}</Answered>
    </Page>
  );
}

function Overview({ dashboard }: { dashboard: Schemas['DashboardDto'] }) {
  const { is_staff: isStaff } = usePerson();
  const ready = useReadiness(isStaff);
  const products = useProducts();
  const problems = problemsOf(dashboard, ready);
  const { stores, stores_total: total, queues, embedding } = dashboard;
  // Before anything has arrived, what to do first is all there is to say.
  if (!isStaff && total === 0)
    return (
      <Stack>
        {problems.length > 0 && <AttentionList problems={problems} />}
        <ConnectGuide />
      </Stack>
    );
  return (
    <Stack>
      <AttentionList problems={problems} />
      <Cards dashboard={dashboard} products={products} />
      {total === 0 ? <ConnectGuide /> : <EventsChart dashboard={dashboard} />}
      {total > 0 && <ShopsToLookAt shops={stores} total={total} />}
      {isStaff && (
        <Grid>
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <QueuesChart queues={queues} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 6 }}>
            <UsageChart days={embedding.usage ?? []} />
          </Grid.Col>
        </Grid>
      )}
    </Stack>
  );
}

/** Of one user: the server counts products by their owner. */
function useProducts(): { active: number; searchable: number } | null {
  const { is_staff: isStaff } = usePerson();
  const { userId } = useScope();
  const { data } = useQuery({
    queryKey: ['products', 'stats', userId],
    queryFn: () =>
      answer(api.GET('/api/v1/web-knowledge/products/stats/', { params: { query: { user_id: userId } } })),
    enabled: !isStaff || userId !== undefined,
    refetchInterval: PRODUCTS_MS,
  });
  return data ?? null;
}
