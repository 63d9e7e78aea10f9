import { CompositeChart } from '@mantine/charts';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { useFormat } from '../../parts/format';
import { ChartPanel, ChartTip, type Series } from './chart-panel';
import { noonOf, usageOf } from './measures';

/** What embeddings were asked for, by day, and what that cost. */
export function UsageChart({ days }: { days: readonly Schemas['EmbeddingDayDto'][] }) {
  const { t } = useTranslation('dashboard');
  const format = useFormat();
  const totals = usageOf(days);
  const used = days.some(({ requests, texts }) => requests + texts > 0);
  const series: Series<'tokens' | 'requests'>[] = [
    { name: 'tokens', label: t('tokens'), color: 'cyan.7', mark: 'block' },
    { name: 'requests', label: t('requests'), color: 'orange.7', mark: 'line' },
  ];
  const dollars = (value: number | null) => (value === null ? t('unknown') : format.dollars(value));
  const told = { requests: format.count(totals.requests), tokens: format.count(totals.tokens) };
  return (
    <ChartPanel
      title={t('usage')}
      hint={t('usageHint')}
      summary={
        !used
          ? t('usageNone')
          : totals.cost === null
            ? t('usageSummaryNoCost', told)
            : t('usageSummary', { ...told, cost: dollars(totals.cost) })
      }
      series={series}
      table={{
        head: [t('dayColumn'), t('requests'), t('texts'), t('tokens'), t('cached'), t('rejected'), t('cost')],
        rows: days
          .filter(({ requests, texts, cached }) => requests + texts + cached > 0)
          .map((day) => [
            format.date(noonOf(day.day)),
            format.count(day.requests),
            format.count(day.texts),
            format.count(day.tokens),
            format.count(day.cached),
            format.count(day.rejected),
            dollars(day.cost_usd),
          ])
          .reverse(),
      }}
      chart={
        used ? (
          <CompositeChart
            h={240}
            data={[...days]}
            dataKey="day"
            curveType="linear"
            withDots={false}
            maxBarWidth={20}
            minBarSize={0}
            accessibilityLayer={false}
            series={[
              { name: 'tokens', color: 'cyan.7', type: 'bar' },
              { name: 'requests', color: 'orange.7', type: 'line', yAxisId: 'right' },
            ]}
            withRightYAxis
            xAxisProps={{ tickFormatter: (day: string) => format.day(noonOf(day)), minTickGap: 30 }}
            yAxisProps={{ allowDecimals: false, width: 64 }}
            rightYAxisProps={{ allowDecimals: false, width: 48 }}
            valueFormatter={format.count}
            tooltipAnimationDuration={0}
            tooltipProps={{
              content: ({ label, payload }) => (
                <ChartTip
                  at={label}
                  nameOf={(day) => format.date(noonOf(day))}
                  payload={payload}
                  series={series}
                />
              ),
            }}
          />
        ) : null
      }
    />
  );
}
