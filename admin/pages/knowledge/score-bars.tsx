import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { useFormat } from '../../parts/format';
import { scoresOf } from './scores';
import classes from './knowledge.module.css';

interface ScoreBarsProps {
  scores: Schemas['ScoresDto'];
  best: number;
  explanation: Schemas['SearchExplanationDto'] | undefined;
}

/** The numbers say it; the bars are for looking over many. */
export function ScoreBars({ scores, best, explanation }: ScoreBarsProps) {
  const { t } = useTranslation('knowledge');
  const format = useFormat();
  const percent = (part: number) => `${(part * 100).toFixed(1)}%`;
  return (
    <dl className={classes.scores}>
      {scoresOf(scores, best, explanation).map(({ method, value, length, limit }) => (
        <div key={method} className={classes.score} title={t(`score_${method}Hint`)}>
          <dt>{t(`score_${method}`)}</dt>
          <dd>
            {value === null
              ? t('notCompared')
              : method === 'lexical'
                ? format.percent(value)
                : format.score(value)}
          </dd>
          <dd className={classes.bar} aria-hidden data-method={method}>
            <span className={classes.filled} style={{ inlineSize: percent(length) }} />
            {limit !== null && (
              <span className={classes.limit} style={{ insetInlineStart: percent(limit) }} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
