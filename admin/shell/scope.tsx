import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { createContext, useContext, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '../api/client';
import { usePerson } from './session';

interface Scope {
  /** Whose rows staff want to see; undefined for all, and for people who see their own anyway. */
  userId: number | undefined;
  choose: (userId: number | undefined) => void;
}

const Current = createContext<Scope>({ userId: undefined, choose: () => undefined });
const KEY = 'fiko-scope';

export const useScope = (): Scope => useContext(Current);

export function ScopeProvider({ children }: { children: ReactNode }) {
  const { is_staff: isStaff } = usePerson();
  const [userId, setUserId] = useState<number | undefined>(
    () => Number(sessionStorage.getItem(KEY)) || undefined,
  );
  const scope = useMemo<Scope>(
    () => ({
      userId: isStaff ? userId : undefined,
      choose(chosen) {
        if (chosen === undefined) sessionStorage.removeItem(KEY);
        else sessionStorage.setItem(KEY, String(chosen));
        setUserId(chosen);
      },
    }),
    [isStaff, userId],
  );
  return <Current value={scope}>{children}</Current>;
}

const OFFERED = 20;

/** Staff choose whose shops they look at. @param clearable whether "all" may be chosen */
export function ScopeSelect({ clearable = true }: { clearable?: boolean }) {
  const { t } = useTranslation();
  const { userId, choose } = useScope();
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, 250);
  const chosen = useQuery({
    queryKey: ['users', userId],
    queryFn: () => answer(api.GET('/api/v1/users/{id}/', { params: { path: { id: userId! } } })),
    enabled: userId !== undefined,
    staleTime: Infinity,
  });
  const asked = search === chosen.data?.email ? '' : search;
  const found = useQuery({
    queryKey: ['users', 'offered', asked],
    queryFn: () =>
      answer(api.GET('/api/v1/users/', { params: { query: { page_size: OFFERED, search: asked } } })),
    placeholderData: keepPreviousData,
  });
  const people = [...(chosen.data ? [chosen.data] : []), ...(found.data?.results ?? [])];
  const options = new Map(people.map(({ id, email }) => [String(id), email]));
  return (
    <Select
      aria-label={t('scope')}
      placeholder={t('allUsers')}
      data={[...options].map(([value, label]) => ({ value, label }))}
      // The server has searched already, in names too.
      filter={({ options: all }) => all}
      value={userId === undefined ? null : String(userId)}
      onChange={(value) => choose(value === null ? undefined : Number(value))}
      onSearchChange={setTyped}
      nothingFoundMessage={t('nothingFound')}
      searchable
      clearable={clearable}
      clearButtonProps={{ 'aria-label': t('allUsers') }}
      size="sm"
      w={{ base: '100%', xs: 230 }}
    />
  );
}
