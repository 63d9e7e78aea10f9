import { Button } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { answer, api } from '../../api/client';
import { DataTable } from '../../parts/data-table';
import { ChoiceFilter, FilterBar, TextFilter, useFilters } from '../../parts/filters';
import { Page } from '../../parts/page';
import { EmptyState } from '../../parts/states';
import { usePerson } from '../../shell/session';
import { useColumns } from './columns';
import { Dialogs, type Dialog } from './dialogs';

const PAGE_SIZE = 20;

export default function UsersPage() {
  const { t } = useTranslation('users');
  const { is_staff: isStaff } = usePerson();
  if (isStaff) return <Users />;
  return (
    <Page title={t('title')}>
      <EmptyState text={t('notForYou')}>
        <Button component={Link} href="/account" variant="default">
          {t('myAccount')}
        </Button>
      </EmptyState>
    </Page>
  );
}

function Users() {
  const { t } = useTranslation('users');
  const { t: common } = useTranslation();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const filters = useFilters(['search', 'active', 'role']);
  const { search, active, role } = filters.values;
  const asked = {
    page: filters.page,
    page_size: PAGE_SIZE,
    search,
    is_active: active ? active === 'yes' : undefined,
    is_staff: role ? role === 'staff' : undefined,
  };
  const query = useQuery({
    queryKey: ['users', 'list', asked],
    queryFn: () => answer(api.GET('/api/v1/users/', { params: { query: asked } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title={t('title')}
      hint={t('hint')}
      actions={
        <Button
          leftSection={<IconUserPlus size={18} aria-hidden />}
          onClick={() => setDialog({ kind: 'create' })}
        >
          {t('create')}
        </Button>
      }
    >
      <FilterBar filters={filters}>
        <TextFilter filters={filters} name="search" label={t('search')} />
        <ChoiceFilter
          filters={filters}
          name="active"
          label={t('active')}
          choices={[
            { value: 'yes', label: t('activeYes') },
            { value: 'no', label: t('activeNo') },
          ]}
        />
        <ChoiceFilter
          filters={filters}
          name="role"
          label={t('role')}
          choices={[
            { value: 'owner', label: common('owner') },
            { value: 'staff', label: common('staff') },
          ]}
        />
      </FilterBar>
      <DataTable
        label={t('title')}
        query={query}
        columns={useColumns(setDialog)}
        rowKey={({ id }) => id}
        empty={<EmptyState text={filters.active ? common('noMatches') : t('empty')} />}
        page={filters.page}
        setPage={filters.setPage}
        pageSize={PAGE_SIZE}
      />
      <Dialogs dialog={dialog} setDialog={setDialog} />
    </Page>
  );
}
