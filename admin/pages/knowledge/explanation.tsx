import { Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { Facts } from '../../parts/facts';
import { useFormat } from '../../parts/format';
import { Section } from '../../parts/section';
import { Code } from '../../parts/values';

/** How the whole answer came about. */
export function Explanation({ explanation }: { explanation: Schemas['SearchExplanationDto'] }) {
  const { t } = useTranslation('knowledge');
  const format = useFormat();
  const { words, embedder, vector } = explanation;
  const of = (best: number | null, limit: number | null, write: (value: number) => string) =>
    best === null
      ? null
      : limit === null
        ? write(best)
        : t('bestOf', { best: write(best), limit: write(limit) });
  return (
    <Section title={t('how')} hint={t('howHint')}>
      <Facts
        facts={[
          [
            t('words'),
            words.length > 0 && (
              <Group key="words" gap={6} component="span">
                {words.map(({ word, share, is_head: isHead, is_known: isKnown }) => (
                  <Badge
                    key={word}
                    tt="none"
                    fw={isHead ? 700 : 400}
                    variant={isKnown ? 'light' : 'outline'}
                    color={isKnown ? undefined : 'red'}
                  >
                    <bdi>{word}</bdi> {format.percent(share)}
                    {isHead && ` · ${t('isHead')}`}
                    {!isKnown && ` · ${t('isUnknown')}`}
                  </Badge>
                ))}
              </Group>
            ),
          ],
          [
            t('byVector'),
            <span key="vector">
              {t(`vector_${vector}`)} {embedder && <Code>{embedder}</Code>}
            </span>,
          ],
          [
            t('bestSimilarity'),
            of(explanation.best_similarity, explanation.confident, (value) => format.score(value)),
          ],
          [t('floor'), explanation.floor !== null && format.score(explanation.floor)],
          [
            t('bestCoverage'),
            of(explanation.best_coverage, explanation.required_coverage, (value) => format.percent(value)),
          ],
          [
            t('candidates'),
            t('candidatesOf', {
              words: format.count(explanation.word_candidates),
              vector: format.count(explanation.vector_candidates),
            }),
          ],
        ]}
      />
      <Text size="xs" c="dimmed">
        {t('howNote')}
      </Text>
    </Section>
  );
}
