import { Alert, Button, Stack } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api, ApiError } from '../../api/client';
import { useFilters } from '../../parts/filters';
import { EmptyState, ErrorState, LoadingState } from '../../parts/states';
import { usePerson } from '../../shell/session';
import { Answer } from './answer';
import { ASKED, questionOf } from './question';
import { QuestionForm } from './question-form';
import classes from './knowledge.module.css';

/** What a buyer would be answered, and why. */
export function Search({ userId }: { userId: number }) {
  const { t } = useTranslation('knowledge');
  const { is_staff: isStaff } = usePerson();
  const filters = useFilters([...ASKED]);
  const question = questionOf(filters.values);
  const found = useQuery({
    queryKey: ['knowledge', 'search', userId, question],
    queryFn: async () => {
      const start = performance.now();
      const query = { ...question!, user_id: isStaff ? userId : undefined };
      const said = await answer(api.GET('/api/v1/web-knowledge/search/', { params: { query } }));
      return { said, milliseconds: performance.now() - start };
    },
    enabled: question !== null,
    placeholderData: keepPreviousData,
    // Each question may cost one of the embedding service's answers: it is asked when the person asks.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    retry: false,
  });
  return (
    <Stack gap="md">
      <QuestionForm filters={filters} asking={found.isFetching} askAgain={() => void found.refetch()} />
      <div aria-live="polite" aria-busy={found.isFetching} className={classes.answer}>
        {question === null ? (
          <EmptyState text={t('askSomething')} />
        ) : found.isPending ? (
          <LoadingState />
        ) : found.error ? (
          <Failed error={found.error} retry={() => void found.refetch()} />
        ) : (
          <Answer
            said={found.data.said}
            milliseconds={found.data.milliseconds}
            filters={filters}
            userId={userId}
          />
        )}
      </div>
    </Stack>
  );
}

function Failed({ error, retry }: { error: unknown; retry: () => void }) {
  const { t } = useTranslation('knowledge');
  const { t: common } = useTranslation();
  if (!(error instanceof ApiError && error.code === 'embedding_unavailable')) {
    return <ErrorState error={error} retry={retry} />;
  }
  return (
    <Alert
      color="yellow"
      role="alert"
      title={t('unavailableTitle')}
      icon={<IconPlugConnectedX aria-hidden />}
    >
      <Stack gap="xs" align="flex-start">
        {t('unavailableText')}
        <Button size="xs" variant="default" onClick={retry}>
          {common('retry')}
        </Button>
      </Stack>
    </Alert>
  );
}
