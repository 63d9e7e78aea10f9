import { Text } from '@mantine/core';
import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '../../api/client';
import { LIVE_MS } from '../../api/queries';
import { LongText } from '../../parts/long-text';
import { Section } from '../../parts/section';
import { Answered } from '../../parts/states';
import { usePerson } from '../../shell/session';
import { ChunkFacts, RetryChunk } from '../knowledge/chunk';
import classes from './products.module.css';

/** More than any product has: its chunks are of 400 tokens, and its text is short. */
const ALL = 100;

/** @param active whether it has texts, or is to have some */
export function useKnown(productId: number, userId: number, active: boolean) {
  const { is_staff: isStaff } = usePerson();
  return useQuery({
    queryKey: ['chunks', 'of', productId, userId],
    queryFn: () =>
      answer(
        api.GET('/api/v1/web-knowledge/chunks/', {
          params: {
            query: { product_id: productId, user_id: isStaff ? userId : undefined, page_size: ALL },
          },
        }),
      ),
    // What waits is on its way.
    refetchInterval: ({ state: { data } }) =>
      data && ((active && data.count === 0) || data.results.some(({ status }) => status === 'pending'))
        ? LIVE_MS
        : false,
  });
}

export function Known({ query }: { query: UseQueryResult<Schemas['ChunkPageDto']> }) {
  const { t } = useTranslation('products');
  return (
    <Section title={t('known')} hint={t('knownHint')}>
      <Answered query={query}>
        {({ results }) =>
          results.length === 0 ? (
            <Text c="dimmed" size="sm">
              {t('noChunks')}
            </Text>
          ) : (
            <ul className={classes.chunks}>
              {results.map((chunk) => (
                <li key={chunk.id}>
                  <LongText text={chunk.text} lines={4} />
                  <ChunkFacts chunk={chunk}>
                    <RetryChunk chunk={chunk} />
                  </ChunkFacts>
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
    </Section>
  );
}
