import { Alert, Button, Center, Group, Loader, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconInbox } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/client';
import { useMessage } from './message';

export function LoadingState() {
  const { t } = useTranslation();
  return (
    <Center p="xl" role="status" aria-live="polite">
      <Group>
        <Loader size="sm" aria-hidden />
        <Text c="dimmed">{t('loading')}</Text>
      </Group>
    </Center>
  );
}

/** @param children what to do about it */
export function EmptyState({ text, children }: { text: string; children?: ReactNode }) {
  return (
    <Center p="xl">
      <Stack align="center" gap="sm" maw={480}>
        <IconInbox size={36} stroke={1.2} aria-hidden />
        <Text c="dimmed" ta="center">
          {text}
        </Text>
        {children}
      </Stack>
    </Center>
  );
}

export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const messageOf = useMessage();
  const requestId = error instanceof ApiError ? error.requestId : null;
  return (
    <Alert color="red" role="alert" title={t('errorTitle')} icon={<IconAlertTriangle aria-hidden />} m="md">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{messageOf(error)}</Text>
        {requestId && (
          <Text size="xs" c="dimmed">
            {t('requestId')} <span className="ltr">{requestId}</span>
          </Text>
        )}
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            {t('retry')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/**
 * What a query answered, once it has; until then that it is asked, or why there is no answer. An answer that stands
 * stays, with a word above it, while the next cannot be had.
 */
export function Answered<T>({ query, children }: { query: Asked<T>; children: (data: T) => ReactNode }) {
  const { data, error, isPending, refetch } = query;
  if (isPending) return <LoadingState />;
  if (data === undefined) return <ErrorState error={error} retry={() => void refetch()} />;
  return (
    <>
      {!!error && <ErrorState error={error} retry={() => void refetch()} />}
      {children(data)}
    </>
  );
}
