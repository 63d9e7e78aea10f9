import { Button, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '../../api/client';
import { useAction } from '../../parts/actions';
import { useFormat } from '../../parts/format';
import { Code, Moment, State, type Tone } from '../../parts/values';

type Chunk = Schemas['ChunkDto'];

const TONES: Record<Chunk['status'], Tone> = { embedded: 'good', pending: 'waiting', failed: 'bad' };

export function ChunkState({ status }: { status: Chunk['status'] }) {
  const { t } = useTranslation('knowledge');
  return <State tone={TONES[status]}>{t(`status_${status}`)}</State>;
}

/** How many times it was tried, and what came of it; nothing where the first time went well. */
export function ChunkTrouble({ chunk }: { chunk: Chunk }) {
  const { t } = useTranslation('knowledge');
  const format = useFormat();
  if (chunk.status === 'embedded' && chunk.attempts <= 1) return null;
  return (
    <>
      {chunk.attempts > 1 && (
        <Text size="xs" c="dimmed">
          {t('attempts', { count: chunk.attempts, formatted: format.count(chunk.attempts) })}
        </Text>
      )}
      {chunk.error_message && (
        <Text size="xs" c="red" dir="auto" style={{ overflowWrap: 'anywhere' }}>
          {chunk.error_message}
        </Text>
      )}
    </>
  );
}

/** @param children what can be done about it */
export function ChunkFacts({ chunk, children }: { chunk: Chunk; children?: ReactNode }) {
  const { t } = useTranslation('knowledge');
  const format = useFormat();
  return (
    <>
      <Group gap="sm" mt={6}>
        <ChunkState status={chunk.status} />
        <Text size="xs" c="dimmed">
          {t('tokensOf', { count: chunk.token_count, formatted: format.count(chunk.token_count) })}
        </Text>
        {chunk.embedding_model && (
          <Text size="xs" c="dimmed" component="span">
            <Code>{chunk.embedding_model}</Code>
          </Text>
        )}
        {chunk.embedded_at && (
          <Text size="xs" c="dimmed" component="span">
            <Moment at={chunk.embedded_at} />
          </Text>
        )}
        {children}
      </Group>
      <ChunkTrouble chunk={chunk} />
    </>
  );
}

/** Of one that was refused; nothing else can be tried again. */
export function RetryChunk({ chunk }: { chunk: Chunk }) {
  const { t } = useTranslation('knowledge');
  const { t: common } = useTranslation();
  const format = useFormat();
  const retry = useAction(
    (id: number) =>
      answer(api.POST('/api/v1/web-knowledge/chunks/{id}/retry/', { params: { path: { id } } })),
    {
      said: () => t('retried', { count: 1, formatted: format.count(1) }),
      changes: ['chunks', 'products', 'knowledge'],
    },
  );
  if (chunk.status !== 'failed') return null;
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={retry.isPending}
      onClick={() => retry.mutate(chunk.id)}
    >
      {common('retry')}
    </Button>
  );
}
