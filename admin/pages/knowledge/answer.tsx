import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import type { Filters } from '../../parts/filters';
import { useFormat } from '../../parts/format';
import { EmptyState } from '../../parts/states';
import { Explanation } from './explanation';
import { Hit } from './hit';
import { Interpreted } from './interpreted';
import { NARROWING, type Asked } from './question';
import { nothingOf } from './scores';
import classes from './knowledge.module.css';

interface AnswerProps {
  said: Schemas['SearchAnswerDto'];
  milliseconds: number;
  filters: Filters<Asked>;
  userId: number;
}

export function Answer({ said, milliseconds, filters, userId }: AnswerProps) {
  const { t } = useTranslation('knowledge');
  const format = useFormat();
  const { interpreted, results, explanation } = said;
  const best = Math.max(0, ...results.map(({ scores }) => scores.combined));
  return (
    <Stack gap="md">
      {interpreted && (
        <Interpreted interpreted={interpreted} withoutIt={() => filters.set('interpret', 'false')} />
      )}
      {explanation?.vector === 'unavailable' && (
        <Alert color="yellow" title={t('wordsOnlyTitle')}>
          {t('wordsOnlyText')}
        </Alert>
      )}
      <Text size="sm" c="dimmed">
        {t('foundIn', {
          count: results.length,
          formatted: format.count(results.length),
          time: format.duration(milliseconds),
        })}
      </Text>
      {results.length === 0 ? (
        <NothingFound said={said} filters={filters} />
      ) : (
        <ol className={classes.hits} aria-label={t('results')}>
          {results.map((hit, index) => (
            <Hit
              key={hit.product.id}
              hit={hit}
              rank={index + 1}
              best={best}
              explanation={explanation}
              userId={userId}
            />
          ))}
        </ol>
      )}
      {explanation && <Explanation explanation={explanation} />}
    </Stack>
  );
}

/** What was looked for, and what to try. */
function NothingFound({ said, filters }: { said: Schemas['SearchAnswerDto']; filters: Filters<Asked> }) {
  const { t } = useTranslation('knowledge');
  const { t: common } = useTranslation();
  const format = useFormat();
  const { unknown, coverage, similarity } = nothingOf(said.explanation);
  const narrowed = NARROWING.filter((name) => filters.values[name]);
  return (
    <EmptyState text={t('nothing')}>
      <Stack gap={4} align="center">
        {unknown.length > 0 && (
          <Text size="sm" ta="center">
            {t('unknownWords', { words: unknown.join(common('comma')) })}
          </Text>
        )}
        {coverage && (
          <Text size="sm" ta="center">
            {t('tooFewWords', {
              best: format.percent(coverage.best),
              required: format.percent(coverage.required),
            })}
          </Text>
        )}
        {similarity && (
          <Text size="sm" ta="center">
            {t('tooFar', {
              best: format.score(similarity.best),
              required: format.score(similarity.required),
            })}
          </Text>
        )}
        {!said.interpreted && narrowed.length === 0 && (
          <Text size="sm" c="dimmed" ta="center">
            {t('tryOtherWords')}
          </Text>
        )}
      </Stack>
      <Group gap="xs" justify="center">
        {said.interpreted && (
          <Button variant="default" onClick={() => filters.set('interpret', 'false')}>
            {t('withoutPrice')}
          </Button>
        )}
        {narrowed.length > 0 && (
          <Button variant="default" onClick={() => narrowed.forEach((name) => filters.set(name, null))}>
            {t('withoutFilters')}
          </Button>
        )}
      </Group>
    </EmptyState>
  );
}
