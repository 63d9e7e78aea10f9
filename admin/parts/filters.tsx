import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useDebouncedCallback, useDisclosure, useId } from '@mantine/hooks';
import { IconAdjustmentsHorizontal, IconFilterOff, IconSearch } from '@tabler/icons-react';
import { useCallback, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'wouter';
import { latinDigits } from './digits';
import { follow, startTyping } from './typing';

const TYPING_MS = 300;
/** Choices that can be looked over without typing. */
const SEARCHED = 10;
/** On a phone two filters stand beside each other. */
const HALF = 'calc(50% - 5px)';

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
    clear: () =>
      setParameters(
        (before) => {
          const after = new URLSearchParams(before);
          for (const name of [...names, 'page']) after.delete(name);
          return after;
        },
        { replace: true },
      ),
    active: Object.keys(values).length > 0,
  };
}

interface FilterBarProps<N extends string> {
  filters: Filters<N>;
  children: ReactNode;
  /** Filters that are rarely needed: shown when asked for, and from the start where one of them is set. */
  more?: { names: readonly N[]; filters: ReactNode };
}

export function FilterBar<N extends string>({ filters, children, more }: FilterBarProps<N>) {
  const { t } = useTranslation();
  const isSet = !!more?.names.some((name) => filters.values[name]);
  const [opened, { toggle }] = useDisclosure(isSet);
  const id = useId();
  return (
    <Stack gap="xs" role="search">
      <Group gap="xs" align="flex-end">
        {children}
        {more && (
          <Button
            variant="default"
            size="sm"
            leftSection={<IconAdjustmentsHorizontal size={16} aria-hidden />}
            aria-expanded={opened}
            aria-controls={id}
            onClick={toggle}
          >
            {t(opened ? 'fewerFilters' : 'moreFilters')}
          </Button>
        )}
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
      {more && (
        <Group
          gap="xs"
          align="flex-start"
          id={id}
          hidden={!opened}
          style={opened ? undefined : { display: 'none' }}
        >
          {more.filters}
        </Group>
      )}
    </Stack>
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
  placeholder,
  error,
}: FilterProps<N> & { numeric?: boolean; placeholder?: string; error?: string | null }) {
  const known = filters.values[name] ?? '';
  const [typing, setTyping] = useState(() => startTyping(known));
  if (known !== typing.known) setTyping(follow(typing, known));
  const ask = useDebouncedCallback((value: string) => {
    const asked = (numeric ? latinDigits(value) : value).trim();
    setTyping((now) => ({ ...now, asked }));
    filters.set(name, asked);
  }, TYPING_MS);
  return (
    <TextInput
      label={label}
      size="sm"
      type={numeric ? 'text' : 'search'}
      inputMode={numeric ? 'numeric' : 'search'}
      value={typing.text}
      placeholder={placeholder}
      error={error}
      leftSection={numeric ? null : <IconSearch size={16} aria-hidden />}
      onChange={({ currentTarget: { value } }) => {
        setTyping((now) => ({ ...now, text: value }));
        ask(value);
      }}
      w={{ base: numeric ? HALF : '100%', xs: numeric ? 140 : 240 }}
    />
  );
}

export function ChoiceFilter<N extends string>({
  filters,
  name,
  label,
  choices,
  placeholder,
}: FilterProps<N> & { choices: readonly { value: string; label: string }[]; placeholder?: string }) {
  const { t } = useTranslation();
  return (
    <Select
      label={label}
      size="sm"
      data={choices}
      value={filters.values[name] ?? null}
      onChange={(value) => filters.set(name, value)}
      placeholder={placeholder ?? t('any')}
      searchable={choices.length > SEARCHED}
      nothingFoundMessage={t('nothingFound')}
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      w={{ base: HALF, xs: 170 }}
    />
  );
}
