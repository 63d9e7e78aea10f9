import { Anchor } from '@mantine/core';
import { BarChart } from '@mantine/charts';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { useFormat } from '../../parts/format';
import { ChartPanel, ChartTip, type Series } from './chart-panel';
import { jobsToDo } from './measures';

type Queue = Schemas['QueueDto'];

const BAR_HEIGHT = 54;
const AXIS_HEIGHT = 40;

/** What waits in each queue, by state. @param queues null while the queue does not answer */
export function QueuesChart({ queues }: { queues: readonly Queue[] | null }) {
  const { t, i18n } = useTranslation('dashboard');
  const format = useFormat();
  const series: Series<'waiting' | 'active' | 'delayed' | 'failed'>[] = [
    { name: 'waiting', label: t('waiting'), color: 'blue.6', mark: 'block' },
    { name: 'active', label: t('active'), color: 'teal.7', mark: 'block' },
    { name: 'delayed', label: t('delayed'), color: 'gray.6', mark: 'block' },
    { name: 'failed', label: t('failedJobs'), color: 'red.7', mark: 'block' },
  ];
  const nameOf = ({ name }: Queue) => (name === 'sync' || name === 'knowledge' ? t(`queue_${name}`) : name);
  const jobs = jobsToDo(queues ?? []);
  const rightToLeft = i18n.dir() === 'rtl';
  const drawn = queues?.some((queue) => series.some(({ name }) => queue[name] > 0));
  return (
    <ChartPanel
      title={t('queues')}
      summary={
        queues === null
          ? t('queuesAway')
          : jobs === 0
            ? t('queuesNone')
            : t('queuesSummary', { count: jobs, formatted: format.count(jobs) })
      }
      series={series}
      actions={
        <Anchor href="/admin/queues" size="sm">
          {t('board')}
        </Anchor>
      }
      table={{
        head: [t('queue'), ...series.map(({ label }) => label)],
        rows: (queues ?? []).map((queue) => [
          nameOf(queue),
          ...series.map(({ name }) => format.count(queue[name])),
        ]),
      }}
      chart={
        queues && drawn ? (
          <BarChart
            h={AXIS_HEIGHT + BAR_HEIGHT * queues.length}
            data={queues.map((queue) => ({ ...queue, shown: nameOf(queue) }))}
            dataKey="shown"
            type="stacked"
            orientation="vertical"
            maxBarWidth={28}
            series={series.map(({ name, color }) => ({ name, color }))}
            gridAxis="y"
            // Names stand where lines of the language begin, and bars grow from them.
            xAxisProps={{ allowDecimals: false, reversed: rightToLeft }}
            yAxisProps={{
              width: 130,
              orientation: rightToLeft ? 'right' : 'left',
              tick: { fontSize: 12, fill: 'currentColor' },
            }}
            valueFormatter={format.count}
            barChartProps={{ accessibilityLayer: false }}
            tooltipAnimationDuration={0}
            tooltipProps={{
              content: ({ label, payload }) => (
                <ChartTip at={label} nameOf={(name) => name} payload={payload} series={series} />
              ),
            }}
          />
        ) : null
      }
    />
  );
}
