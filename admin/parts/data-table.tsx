import { Box, Card, Group, LoadingOverlay, Pagination, Stack, Table, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from './format';
import { pageInstead } from './paging';
import { Answered, LoadingState } from './states';
import classes from './data-table.module.css';

export interface Column<Row> {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Numbers end where others of their column end. */
  numeric?: boolean;
}

interface Rows<Row> {
  count: number;
  results: Row[];
}

interface DataTableProps<Row> {
  /** What the table lists, for those who do not see it. */
  label: string;
  query: {
    data: Rows<Row> | undefined;
    error: unknown;
    isPending: boolean;
    isPlaceholderData?: boolean;
    refetch: () => unknown;
  };
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string | number;
  empty: ReactNode;
  page: number;
  setPage: (page: number) => void;
  pageSize: number;
}

/** Rows as a table; on a phone each as a card. */
export function DataTable<Row>({
  label,
  query,
  columns,
  rowKey,
  empty,
  page,
  setPage,
  pageSize,
}: DataTableProps<Row>) {
  const { t } = useTranslation();
  const format = useFormat();
  const narrow = useMediaQuery('(max-width: 47.99em)');
  const { data, isPlaceholderData } = query;
  const instead = data && !isPlaceholderData ? pageInstead(page, pageSize, data) : undefined;
  useEffect(() => {
    if (instead !== undefined) setPage(instead);
    // What sets the page may be another function each time.
  }, [instead]);
  if (instead !== undefined) return <LoadingState />;
  return (
    <Answered query={query}>
      {({ count, results }) => (
        <Stack gap="sm">
          <Box pos="relative" aria-busy={query.isPlaceholderData}>
            <LoadingOverlay visible={!!query.isPlaceholderData} zIndex={1} overlayProps={{ blur: 0 }} />
            {results.length === 0 ? (
              empty
            ) : narrow ? (
              <Cards label={label} rows={results} columns={columns} rowKey={rowKey} />
            ) : (
              <Table.ScrollContainer
                minWidth={640}
                type="native"
                tabIndex={0}
                role="region"
                aria-label={label}
              >
                <Table verticalSpacing="xs" highlightOnHover aria-label={label}>
                  <Table.Thead>
                    <Table.Tr>
                      {columns.map(({ key, header, numeric }) => (
                        <Table.Th key={key} className={numeric ? classes.numeric : undefined}>
                          {header}
                        </Table.Th>
                      ))}
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {results.map((row) => (
                      <Table.Tr key={rowKey(row)}>
                        {columns.map(({ key, cell, numeric }) => (
                          <Table.Td key={key} className={numeric ? classes.numeric : undefined}>
                            {cell(row)}
                          </Table.Td>
                        ))}
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
            )}
          </Box>
          <Group justify="space-between">
            <Text size="sm" c="dimmed" role="status">
              {t('rows', { count, formatted: format.count(count) })}
            </Text>
            {count > pageSize && (
              <Pagination
                size="sm"
                value={page}
                total={Math.ceil(count / pageSize)}
                onChange={setPage}
                getControlProps={(control) => ({ 'aria-label': t(`page_${control}`) })}
                getItemProps={(number) => ({
                  'aria-label': t('pageNumber', { number: format.count(number) }),
                  children: format.count(number),
                })}
              />
            )}
          </Group>
        </Stack>
      )}
    </Answered>
  );
}

function Cards<Row>({
  label,
  rows,
  columns,
  rowKey,
}: {
  label: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string | number;
}) {
  return (
    <Stack gap="xs" component="ul" className={classes.cards} aria-label={label}>
      {rows.map((row) => (
        <Card key={rowKey(row)} component="li" withBorder padding="sm">
          <dl className={classes.card}>
            {columns.map(({ key, header, cell }) => (
              <div key={key} className={classes.pair}>
                <dt>{header}</dt>
                <dd>{cell(row)}</dd>
              </div>
            ))}
          </dl>
        </Card>
      ))}
    </Stack>
  );
}
