import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api } from '../../api/client';
import { DataTable } from '../../parts/data-table';
import { ChoiceFilter, FilterBar, TextFilter, useFilters } from '../../parts/filters';
import { Page } from '../../parts/page';
import { EmptyState } from '../../parts/states';
import { useScope } from '../../shell/scope';
import { useColumns } from './columns';
import { EditToken } from './edit';
import { GenerateToken } from './generate';
import { NewSecretDialog, type NewSecret } from './new-secret';
import { TokenSecurity } from './security';
import type { TokenStatus } from './token-fields';
import { TokenMenu, type Dialog } from './token-menu';

const STATUSES: readonly TokenStatus[] = ['active', 'expired', 'inactive'];
const PAGE_SIZE = 20;

export default function TokensPage() {
  const { t } = useTranslation('tokens');
  const { userId } = useScope();
  const filters = useFilters(['search', 'status']);
  const [generating, setGenerating] = useState(false);
  const [opened, setOpened] = useState<{ id: number; dialog: Dialog } | null>(null);
  // Here alone is a new secret kept, until the person has stored it.
  const [secret, setSecret] = useState<NewSecret | null>(null);
  const { search, status } = filters.values;
  const query = {
    user_id: userId,
    search,
    status: status as TokenStatus | undefined,
    page: filters.page,
    page_size: PAGE_SIZE,
  };
  const list = useQuery({
    queryKey: ['tokens', query],
    queryFn: () => answer(api.GET('/api/v1/integrations/tokens/', { params: { query } })),
    placeholderData: keepPreviousData,
  });
  const columns = useColumns();
  const token = opened && list.data?.results.find(({ id }) => id === opened.id);
  const close = () => setOpened(null);
  const make = (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setGenerating(true)}>
      {t('make')}
    </Button>
  );
  return (
    <Page title={t('title')} hint={t('hint')} actions={make}>
      <FilterBar filters={filters}>
        <TextFilter
          filters={filters}
          name="search"
          label={t('search', { ns: 'common' })}
          placeholder={t('searchHint')}
        />
        <ChoiceFilter
          filters={filters}
          name="status"
          label={t('status', { ns: 'common' })}
          choices={STATUSES.map((value) => ({ value, label: t(value) }))}
        />
      </FilterBar>
      <DataTable
        label={t('list')}
        query={list}
        columns={[
          ...columns,
          {
            key: 'actions',
            header: t('actions', { ns: 'common' }),
            cell: (row) => (
              <TokenMenu token={row} open={(dialog) => setOpened({ id: row.id, dialog })} made={setSecret} />
            ),
          },
        ]}
        rowKey={({ id }) => id}
        empty={
          filters.active ? (
            <EmptyState text={t('noMatches', { ns: 'common' })} />
          ) : (
            <EmptyState text={t('empty')}>{make}</EmptyState>
          )
        }
        page={filters.page}
        setPage={filters.setPage}
        pageSize={PAGE_SIZE}
      />
      {generating && <GenerateToken close={() => setGenerating(false)} made={setSecret} />}
      {token && opened.dialog === 'edit' && <EditToken token={token} close={close} />}
      {token && opened.dialog === 'security' && (
        <TokenSecurity token={token} close={close} made={setSecret} covered={secret !== null} />
      )}
      {secret && <NewSecretDialog made={secret} done={() => setSecret(null)} />}
    </Page>
  );
}
