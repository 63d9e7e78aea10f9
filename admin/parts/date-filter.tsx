import { Button, Group, Input, Loader, Popover, Stack } from '@mantine/core';
import { useDisclosure, useId } from '@mantine/hooks';
import { IconCalendar, IconX } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Filters } from './filters';
import { useFormat } from './format';

const Calendar = lazy(() => import('./calendar'));

interface DateFilterProps<N extends string> {
  filters: Filters<N>;
  name: N;
  label: string;
  /** Of the chosen day: for "from" its first moment, for "to" its last. */
  edge: 'start' | 'end';
}

function edgeOf(day: Date, edge: 'start' | 'end'): Date {
  const moment = new Date(day);
  if (edge === 'start') moment.setHours(0, 0, 0, 0);
  else moment.setHours(23, 59, 59, 999);
  return moment;
}

/** A day of the language's calendar, by the person's own clock. Kept as an ISO moment. */
export function DateFilter<N extends string>({ filters, name, label, edge }: DateFilterProps<N>) {
  const { t } = useTranslation();
  const format = useFormat();
  const [opened, { toggle, close }] = useDisclosure();
  const id = useId();
  const value = filters.values[name];
  const chosen = value && !Number.isNaN(Date.parse(value)) ? new Date(value) : undefined;
  const choose = (day: Date | undefined) => {
    filters.set(name, day ? edgeOf(day, edge).toISOString() : null);
    close();
  };
  return (
    <Popover opened={opened} onChange={(open) => !open && close()} trapFocus withinPortal shadow="md">
      <Stack gap={2}>
        <Input.Label id={id} component="div">
          {label}
        </Input.Label>
        <Group gap={0} wrap="nowrap">
          <Popover.Target>
            <Button
              variant="default"
              size="sm"
              fw={400}
              leftSection={<IconCalendar size={16} aria-hidden />}
              onClick={toggle}
              aria-labelledby={`${id} ${id}-value`}
            >
              <span id={`${id}-value`}>{chosen ? format.date(chosen) : t('any')}</span>
            </Button>
          </Popover.Target>
          {chosen && (
            <Button
              variant="subtle"
              size="sm"
              px={6}
              aria-label={`${t('clear')}: ${label}`}
              onClick={() => choose(undefined)}
            >
              <IconX size={16} aria-hidden />
            </Button>
          )}
        </Group>
      </Stack>
      <Popover.Dropdown aria-label={label}>
        <Suspense fallback={<Loader size="sm" />}>
          <Calendar chosen={chosen} choose={choose} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
