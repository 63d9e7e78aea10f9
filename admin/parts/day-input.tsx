import { Button, Group, Input, Loader, Popover, Stack } from '@mantine/core';
import { useDisclosure, useId } from '@mantine/hooks';
import { IconCalendar, IconX } from '@tabler/icons-react';
import { lazy, Suspense, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from './format';

const Calendar = lazy(() => import('./calendar'));

interface DayInputProps {
  label: string;
  /** An ISO moment; null for none. */
  value: string | null | undefined;
  onChange: (value: string | null) => void;
  /** Of the chosen day: for "from" its first moment, for "to" its last. */
  edge: 'start' | 'end';
  /** What is said where no day is chosen. */
  none: string;
  days?: 'past' | 'future';
  description?: string;
  error?: ReactNode;
}

function edgeOf(day: Date, edge: 'start' | 'end'): Date {
  const moment = new Date(day);
  if (edge === 'start') moment.setHours(0, 0, 0, 0);
  else moment.setHours(23, 59, 59, 999);
  return moment;
}

/** A day of the language's calendar, by the person's own clock. Kept as an ISO moment. */
export function DayInput({ label, value, onChange, edge, none, days, description, error }: DayInputProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [opened, { toggle, close }] = useDisclosure();
  const id = useId();
  const chosen = value && !Number.isNaN(Date.parse(value)) ? new Date(value) : undefined;
  const choose = (day: Date | undefined) => {
    onChange(day ? edgeOf(day, edge).toISOString() : null);
    close();
  };
  return (
    <Popover opened={opened} onChange={(open) => !open && close()} trapFocus withinPortal shadow="md">
      <Stack gap={2}>
        <Input.Label id={id} component="div">
          {label}
        </Input.Label>
        {description && <Input.Description id={`${id}-description`}>{description}</Input.Description>}
        <Group gap={0} wrap="nowrap">
          <Popover.Target>
            <Button
              variant="default"
              size="sm"
              fw={400}
              leftSection={<IconCalendar size={16} aria-hidden />}
              onClick={toggle}
              aria-labelledby={`${id} ${id}-value`}
              aria-describedby={`${id}-description ${id}-error`}
            >
              <span id={`${id}-value`}>{chosen ? format.date(chosen) : none}</span>
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
        {error && <Input.Error id={`${id}-error`}>{error}</Input.Error>}
      </Stack>
      <Popover.Dropdown aria-label={label}>
        <Suspense fallback={<Loader size="sm" />}>
          <Calendar chosen={chosen} choose={choose} days={days} />
        </Suspense>
      </Popover.Dropdown>
    </Popover>
  );
}
