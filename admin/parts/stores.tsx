import { Anchor, Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { answer, api, type Schemas } from '../api/client';
import { useScope } from '../shell/scope';
import type { Filters } from './filters';
import { useFormat } from './format';

type Store = Schemas['StoreDto'];

const OFFERED = 100;
const NAMES_STAY_MS = 60_000;

const nameOf = ({ url, host }: Store): string | null => url ?? host;

/** Shops of whom is looked at, the first hundred that match. */
const useStores = (search = '') => {
  const { userId } = useScope();
  return useQuery({
    queryKey: ['stores', 'offered', userId, search],
    queryFn: () =>
      answer(
        api.GET('/api/v1/integrations/stores/', {
          params: { query: { user_id: userId, page_size: OFFERED, search: search || undefined } },
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: NAMES_STAY_MS,
  });
};

/** What people call a shop: its address. Of shops beyond the offered ones, each is asked for once. */
export function useStoreName(id: number | undefined): string | undefined {
  const { t } = useTranslation();
  const format = useFormat();
  const { data, isPending } = useStores();
  const offered = data?.results.find((store) => store.id === id);
  const one = useQuery({
    queryKey: ['stores', id],
    queryFn: () => answer(api.GET('/api/v1/integrations/stores/{id}/', { params: { path: { id: id! } } })),
    enabled: id !== undefined && !isPending && !offered,
    staleTime: NAMES_STAY_MS,
  });
  const store = offered ?? one.data;
  if (id === undefined || (isPending && !store)) return undefined;
  return (store && nameOf(store)) ?? t('shopNumber', { id: format.count(id) });
}

/** @param href where it leads */
export function StoreName({ id, href }: { id: number; href?: string }) {
  const name = useStoreName(id);
  const text = <bdi>{name ?? '…'}</bdi>;
  if (!href) return text;
  return (
    <Anchor component={Link} href={href} inherit>
      {text}
    </Anchor>
  );
}

interface StoreFilterProps<N extends string> {
  filters: Filters<N>;
  name: N;
}

/** One of the shops of whom is looked at, found by its address. */
export function StoreFilter<N extends string>({ filters, name }: StoreFilterProps<N>) {
  const { t } = useTranslation();
  const chosen = Number(filters.values[name]) || undefined;
  const chosenName = useStoreName(chosen);
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, 250);
  const { data } = useStores(search === chosenName ? '' : search);
  const options = new Map(
    (data?.results ?? []).map((store) => [store.id, nameOf(store) ?? t('shopNumber', { id: store.id })]),
  );
  if (chosen !== undefined) options.set(chosen, chosenName ?? String(chosen));
  return (
    <Select
      label={t('shop')}
      size="sm"
      data={[...options].map(([id, label]) => ({ value: String(id), label }))}
      // The server has searched already, in the owner's e-mail too.
      filter={({ options: all }) => all}
      value={chosen === undefined ? null : String(chosen)}
      onChange={(value) => filters.set(name, value)}
      onSearchChange={setTyped}
      placeholder={t('any')}
      nothingFoundMessage={t('nothingFound')}
      searchable
      clearable
      clearButtonProps={{ 'aria-label': t('clear') }}
      w={{ base: 'calc(50% - 5px)', xs: 200 }}
    />
  );
}
