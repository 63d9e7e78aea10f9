import { Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '../api/client';

const OFFERED = 20;

interface UserSelectProps extends Pick<
  SelectProps,
  | 'label'
  | 'aria-label'
  | 'placeholder'
  | 'clearable'
  | 'clearButtonProps'
  | 'description'
  | 'error'
  | 'w'
  | 'withAsterisk'
> {
  userId: number | undefined;
  choose: (userId: number | undefined) => void;
}

/** One of the users, found by e-mail or name; for staff. */
export function UserSelect({ userId, choose, ...props }: UserSelectProps) {
  const { t } = useTranslation();
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
      data={[...options].map(([value, label]) => ({ value, label }))}
      // The server has searched already, in names too.
      filter={({ options: all }) => all}
      value={userId === undefined ? null : String(userId)}
      onChange={(value) => choose(value === null ? undefined : Number(value))}
      onSearchChange={setTyped}
      nothingFoundMessage={t('nothingFound')}
      searchable
      size="sm"
      {...props}
    />
  );
}
