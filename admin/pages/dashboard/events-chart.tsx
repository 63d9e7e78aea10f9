import { CompositeChart } from '@mantine/charts';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { useFormat } from '../../parts/format';
import { ChartPanel, ChartTip, type Series } from './chart-panel';
import { happened, totalsOf } from './measures';

type Dashboard = Schemas['DashboardDto'];

const PER = { hour: 'perMinute', day: 'perQuarter', week: 'perTwoHours' } as const;

/** How many events arrived, were processed, and failed, by time. */
export function EventsChart({ dashboard: { buckets, window } }: { dashboard: Dashboard }) {
  const { t } = useTranslation('dashboard');
  const format = useFormat();
  const totals = totalsOf(buckets);
  const series: Series<'accepted' | 'processed' | 'failed'>[] = [
    { name: 'accepted', label: t('accepted'), color: 'blue.6', mark: 'line' },
    { name: 'processed', label: t('processedSeries'), color: 'teal.7', mark: 'dashed' },
    { name: 'failed', label: t('failedSeries'), color: 'red.7', mark: 'block' },
  ];
  const time = (at: string) => (window === 'week' ? `${format.day(at)} ${format.time(at)}` : format.time(at));
  const tick = (at: string) => (window === 'week' ? format.day(at) : format.time(at));
  const words = [
    t('eventsSummary', {
      accepted: format.count(totals.accepted),
      processed: format.count(totals.processed),
      failed: format.count(totals.failed),
    }),
    totals.busiest &&
      t('eventsPeak', { time: time(totals.busiest.at), most: format.count(totals.busiest.accepted) }),
  ];
  return (
    <ChartPanel
      title={t('events')}
      hint={t(PER[window])}
      summary={happened(totals) ? words.filter(Boolean).join(' ') : t('eventsNone')}
      series={series}
      table={{
        head: [t('time'), ...series.map(({ label }) => label)],
        rows: buckets
          .filter(happened)
          .map((bucket) => [
            time(bucket.at),
            format.count(bucket.accepted),
            format.count(bucket.processed),
            format.count(bucket.failed),
          ])
          .reverse(),
        note: t('emptyLeftOut'),
      }}
      chart={
        happened(totals) ? (
          <CompositeChart
            h={240}
            data={buckets}
            dataKey="at"
            curveType="linear"
            withDots={false}
            maxBarWidth={12}
            minBarSize={0}
            accessibilityLayer={false}
            series={[
              { name: 'accepted', color: 'blue.6', type: 'area' },
              { name: 'processed', color: 'teal.7', type: 'line', strokeDasharray: '6 4' },
              { name: 'failed', color: 'red.7', type: 'bar' },
            ]}
            xAxisProps={{ tickFormatter: tick, minTickGap: 40 }}
            yAxisProps={{ allowDecimals: false, width: 48 }}
            valueFormatter={format.count}
            tooltipAnimationDuration={0}
            tooltipProps={{
              content: ({ label, payload }) => (
                <ChartTip at={label} nameOf={time} payload={payload} series={series} />
              ),
            }}
          />
        ) : null
      }
    />
  );
}
