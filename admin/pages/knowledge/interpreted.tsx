import { Button, Group, Paper, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../../api/client';
import { Facts } from '../../parts/facts';
import { useFormat } from '../../parts/format';
import classes from './knowledge.module.css';

interface InterpretedProps {
  interpreted: NonNullable<Schemas['SearchAnswerDto']['interpreted']>;
  withoutIt: () => void;
}

/** What of the question was taken for a price, and what was left to search for. */
export function Interpreted({ interpreted, withoutIt }: InterpretedProps) {
  const { t } = useTranslation('knowledge');
  const format = useFormat();
  const { min_price: min, max_price: max, currency, words, question } = interpreted;
  const unit =
    currency === 'IRT' || currency === 'IRR'
      ? t(`currency_${currency}`)
      : (currency ?? t('currencyOfProduct'));
  const price =
    min !== null && max !== null
      ? t('between', { min: format.money(min), max: format.money(max), unit })
      : min !== null
        ? t('atLeast', { min: format.money(min), unit })
        : t('atMost', { max: format.money(max ?? '0'), unit });
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" align="flex-start">
        <div className={classes.facts}>
          <Text fw={600} size="sm">
            {t('interpreted')}
          </Text>
          <Facts
            facts={[
              [t('interpretedPrice'), price],
              [t('interpretedWords'), <bdi key="words">«{words}»</bdi>],
              [
                t('interpretedQuestion'),
                question === '' ? t('nothingLeft') : <bdi key="question">«{question}»</bdi>,
              ],
            ]}
          />
        </div>
        <Button variant="default" size="xs" onClick={withoutIt}>
          {t('withoutPrice')}
        </Button>
      </Group>
    </Paper>
  );
}
