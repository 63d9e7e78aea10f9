import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api } from '../../api/client';
import { DataTable } from '../../parts/data-table';
import { DateFilter } from '../../parts/date-filter';
import { ChoiceFilter, FilterBar, TextFilter, useFilters } from '../../parts/filters';
import { Page } from '../../parts/page';
import { EmptyState } from '../../parts/states';
import { useScope } from '../../shell/scope';
import { usePerson } from '../../shell/session';
import { ACTIONS, textOf } from './actions';
import { useColumns } from './columns';

const PAGE_SIZE = 25;
const REFRESH_MS = 10_000;

export default function AuditPage() {
  const { t } = useTranslation('audit');
  const { t: common } = useTranslation();
  const { is_staff: isStaff } = usePerson();
  const { userId } = useScope();
  const filters = useFilters(['search', 'action', 'from', 'to']);
  const { search, action, from, to } = filters.values;
  const asked = {
    page: filters.page,
    page_size: PAGE_SIZE,
    user_id: userId,
    search,
    action,
    created_after: from,
    created_before: to,
  };
  const query = useQuery({
    queryKey: ['audit', asked],
    queryFn: () => answer(api.GET('/api/v1/audit/', { params: { query: asked } })),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
  return (
    <Page title={t('title')} hint={t(isStaff ? 'hint' : 'hintOwn')}>
      <FilterBar filters={filters}>
        <TextFilter filters={filters} name="search" label={t('search')} />
        <ChoiceFilter
          filters={filters}
          name="action"
          label={t('action')}
          choices={ACTIONS.map((value) => ({ value, label: t(textOf(value)) }))}
        />
        <DateFilter filters={filters} name="from" label={common('from')} edge="start" />
        <DateFilter filters={filters} name="to" label={common('to')} edge="end" />
      </FilterBar>
      <DataTable
        label={t('title')}
        query={query}
        columns={useColumns()}
        rowKey={({ id }) => id}
        empty={<EmptyState text={filters.active ? common('noMatches') : t('empty')} />}
        page={filters.page}
        setPage={filters.setPage}
        pageSize={PAGE_SIZE}
      />
    </Page>
  );
}
