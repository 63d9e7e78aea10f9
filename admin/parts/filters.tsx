import { Button, Group, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFilterOff, IconSearch } from '@tabler/icons-react';
import { useCallback, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'wouter';
import { latinDigits } from './digits';

const TYPING_MS = 300;

export interface Filters<N extends string> {
  /** What is asked for; an empty value is none. */
  values: Partial<Record<N, string>>;
  page: number;
  set: (name: N, value: string | null | undefined) => void;
  setPage: (page: number) => void;
  clear: () => void;
  /** Whether any filter is set. */
  active: boolean;
}

/** The filters of a list. They stand in the address: a list can be sent to somebody, and found again by "back". */
export function useFilters<N extends string>(names: readonly N[]): Filters<N> {
  const [parameters, setParameters] = useSearchParams();
  const values: Partial<Record<N, string>> = {};
  for (const name of names) {
    const value = parameters.get(name);
    if (value) values[name] = value;
  }
  const change = useCallback(
    (name: string, value: string | null | undefined) =>
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          if (value) after.set(name, value);
          else after.delete(name);
          if (name !== 'page') after.delete('page');
          return after;
        },
        { replace: true },
      ),
    [setParameters],
  );
  return {
    values,
    page: Math.max(1, Number(parameters.get('page')) || 1),
    set: change,
    setPage: (page) => change('page', page > 1 ? String(page) : null),
    clear: () => setParameters(new URLSearchParams(), { replace: true }),
    active: Object.keys(values).length > 0,
  };
}

interface FilterBarProps {
  filters: Pick<Filters<never>, 'active' | 'clear'>;
  children: ReactNode;
}

export function FilterBar({ filters, children }: FilterBarProps) {
  const { t } = useTranslation();
  return (
    <Group gap="xs" align="flex-end" role="search">
      {children}
      {filters.active && (
        <Button
          variant="subtle"
          size="sm"
          leftSection={<IconFilterOff size={16} aria-hidden />}
          onClick={filters.clear}
        >
          {t('clearFilters')}
        </Button>
      )}
    </Group>
  );
}

interface FilterProps<N extends string> {
  filters: Filters<N>;
  name: N;
  label: string;
}

/** Text that is looked for a moment after the last letter. */
export function TextFilter<N extends string>({
  filters,
  name,
  label,
  numeric = false,
}: FilterProps<N> & { numeric?: boolean }) {
  const known = filters.values[name] ?? '';
  const [typed, setTyped] = useState(known);
  const [before, setBefore] = useState(known);
  // Cleared, or changed by the address.
  if (known !== before) {
    setBefore(known);
    setTyped(known);
  }
  const ask = useDebouncedCallback(
    (value: string) => filters.set(name, numeric ? latinDigits(value).replace(/\D/g, '') : value.trim()),
    TYPING_MS,
  );
  return (
    <TextInput
      label={label}
      size="sm"
      type={numeric ? 'text' : 'search'}
      inputMode={numeric ? 'numeric' : 'search'}
      value={typed}
      leftSection={numeric ? null : <IconSearch size={16} aria-hidden />}
      onChange={({ currentTarget: { value } }) => {
        setTyped(value);
        ask(value);
      }}
      w={{ base: '100%', xs: numeric ? 140 : 240 }}
    />
  );
}

export function ChoiceFilter<N extends string>({
  filters,
  name,
  label,
  choices,
}: FilterProps<N> & { choices: readonly { value: string; label: string }[] }) {
  const { t } = useTranslation();
  return (
    <Select
      label={label}
      size="sm"
      data={choices}
      value={filters.values[name] ?? null}
      onChange={(value) => filters.set(name, value)}
      placeholder={t('any')}
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      w={{ base: '100%', xs: 170 }}
    />
  );
}
