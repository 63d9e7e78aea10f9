import { Button, Paper, ScrollArea, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChartBar, IconTable } from '@tabler/icons-react';
import type { CSSProperties, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../parts/format';
import { Section } from '../../parts/section';
import classes from './dashboard.module.css';

/** A line of a chart, or a kind of its bars. `name` is the field that it shows. */
export interface Series<N extends string = string> {
  name: N;
  label: string;
  /** A color of the theme, as Mantine's charts take it. */
  color: string;
  mark: 'line' | 'dashed' | 'block';
}

interface ChartPanelProps {
  title: string;
  hint?: string;
  /** What the chart shows, in words. */
  summary: string;
  series: readonly Series[];
  /** Null where there is nothing to draw; then the summary says so. */
  chart: ReactNode;
  table: { head: readonly string[]; rows: readonly (readonly ReactNode[])[]; note?: string };
  actions?: ReactNode;
}

/** A chart for those who see it, with the same in a sentence and as a table for everyone. */
export function ChartPanel({ title, hint, summary, series, chart, table, actions }: ChartPanelProps) {
  const { t } = useTranslation('dashboard');
  const [asTable, { toggle }] = useDisclosure();
  return (
    <Section
      title={title}
      {...(hint === undefined ? {} : { hint })}
      actions={
        chart !== null && (
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={
              asTable ? <IconChartBar size={16} aria-hidden /> : <IconTable size={16} aria-hidden />
            }
            onClick={toggle}
            aria-label={`${t(asTable ? 'showChart' : 'showTable')}: ${title}`}
          >
            {t(asTable ? 'showChart' : 'showTable')}
          </Button>
        )
      }
    >
      <Text size="sm">{summary}</Text>
      {chart !== null &&
        (asTable ? (
          <Numbers title={title} {...table} />
        ) : (
          <>
            <Legend series={series} />
            <div aria-hidden="true">{chart}</div>
          </>
        ))}
      {actions}
    </Section>
  );
}

const colorOf = (color: string) => `var(--mantine-color-${color.replace('.', '-')})`;

function Legend({ series }: { series: readonly Series[] }) {
  return (
    <ul className={classes.legend} aria-hidden="true">
      {series.map(({ name, label, color, mark }) => (
        <li key={name}>
          <Swatch color={color} mark={mark} />
          {label}
        </li>
      ))}
    </ul>
  );
}

function Swatch({ color, mark }: Pick<Series, 'color' | 'mark'>) {
  const shape = { line: '', dashed: classes.dashed, block: classes.block }[mark];
  return (
    <span className={`${classes.swatch} ${shape}`} style={{ '--swatch': colorOf(color) } as CSSProperties} />
  );
}

function Numbers({ title, head, rows, note }: ChartPanelProps['table'] & { title: string }) {
  return (
    <>
      <ScrollArea.Autosize mah={320} viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': title }}>
        <Table aria-label={title} stickyHeader>
          <Table.Thead>
            <Table.Tr>
              {head.map((name, index) => (
                <Table.Th key={name} className={index > 0 ? classes.numeric : undefined}>
                  {name}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((cells, row) => (
              <Table.Tr key={row}>
                {cells.map((cell, index) => (
                  <Table.Td key={head[index]} className={index > 0 ? classes.numeric : undefined}>
                    {cell}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      {note && (
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      )}
    </>
  );
}

interface TipProps {
  /** Of the place that is pointed at. */
  at: unknown;
  nameOf: (at: string) => string;
  payload: readonly { dataKey?: unknown; value?: unknown }[] | undefined;
  series: readonly Series[];
}

/** In the direction of the language, though the chart around it is not. */
export function ChartTip({ at, nameOf, payload, series }: TipProps) {
  const { i18n } = useTranslation();
  const format = useFormat();
  if (!payload?.length) return null;
  return (
    <Paper withBorder shadow="md" p="xs" dir={i18n.dir()} className={classes.tooltip}>
      <Text size="sm" fw={600} mb={4}>
        {nameOf(String(at))}
      </Text>
      {series.map(({ name, label: what, color, mark }) => {
        const value = payload.find(({ dataKey }) => dataKey === name)?.value;
        return typeof value !== 'number' ? null : (
          <div key={name} className={classes.told}>
            <Swatch color={color} mark={mark} />
            <span>{what}</span>
            <b>{format.count(value)}</b>
          </div>
        );
      })}
    </Paper>
  );
}
