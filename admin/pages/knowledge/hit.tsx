import { Anchor, Badge, Card, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import type { Schemas } from '../../api/client';
import { useFormat } from '../../parts/format';
import { LongText } from '../../parts/long-text';
import { Picture } from '../../parts/picture';
import { Price } from '../../parts/price';
import { Stock } from '../../parts/stock';
import { Code, Moment } from '../../parts/values';
import { usePerson } from '../../shell/session';
import { productAddress } from '../products/address';
import { VariationName, VariationPrice, VariationStock } from '../products/variations';
import { ScoreBars } from './score-bars';
import { askedOf } from './scores';
import classes from './knowledge.module.css';

interface HitProps {
  hit: Schemas['HitDto'];
  rank: number;
  /** The highest combined score of the answer. */
  best: number;
  explanation: Schemas['SearchExplanationDto'] | undefined;
  userId: number;
}

export function Hit({ hit, rank, best, explanation, userId }: HitProps) {
  const { t } = useTranslation('knowledge');
  const format = useFormat();
  const { is_staff: isStaff } = usePerson();
  const { product, chunk } = hit;
  return (
    <Card component="li" withBorder padding="md">
      <div className={classes.hit}>
        <Stack gap="sm" className={classes.found}>
          <Group gap="sm" wrap="nowrap" align="flex-start">
            <Text fw={700} size="lg" aria-label={t('rank', { number: format.count(rank) })}>
              {format.count(rank)}
            </Text>
            <Picture src={product.main_image} size={56} />
            <div className={classes.title}>
              <Anchor component={Link} href={productAddress(product.id, userId, isStaff)} fw={600}>
                <bdi>{product.title}</bdi>
              </Anchor>
              <Group gap="sm" mt={4} align="flex-start">
                <Text component="span" size="sm">
                  <Price product={product} />
                </Text>
                <Stock inStock={product.in_stock} quantity={product.stock_quantity} />
                <Text component="span" size="xs" c="dimmed">
                  {t('asOf')} <Moment at={hit.as_of} />
                </Text>
              </Group>
            </div>
          </Group>
          <Fitting hit={hit} />
          <div>
            <Text size="xs" c="dimmed">
              {t('chunk')}
            </Text>
            <LongText text={chunk.text} lines={3} />
          </div>
        </Stack>
        <Stack gap="sm" className={classes.why}>
          <ScoreBars scores={hit.scores} best={best} explanation={explanation} />
          {hit.explanation && <Reasons reasons={hit.explanation} />}
        </Stack>
      </div>
    </Card>
  );
}

/** The variation that the question asks for, and what it asked. */
function Fitting({ hit: { variation, asked_attributes: asked, product } }: { hit: Schemas['HitDto'] }) {
  const { t } = useTranslation('knowledge');
  if (!variation && asked.length === 0) return null;
  return (
    <div className={classes.variation}>
      {asked.length > 0 && (
        <Group gap={6}>
          <Text size="sm">{t('asked')}</Text>
          {askedOf(asked, variation).map(({ name, option, matched }) => (
            <Badge
              key={`${name}:${option}`}
              color={matched ? 'green' : 'red'}
              variant="light"
              tt="none"
              leftSection={matched ? <IconCheck size={12} aria-hidden /> : <IconX size={12} aria-hidden />}
            >
              <bdi>
                {name}: {option}
              </bdi>{' '}
              {t(matched ? 'matched' : 'notMatched')}
            </Badge>
          ))}
        </Group>
      )}
      {variation ? (
        <Group gap="sm" align="flex-start">
          <Text size="sm">
            {t('fits')} <VariationName variation={variation} />
          </Text>
          <Text component="span" size="sm">
            <VariationPrice variation={variation} currency={product.currency_display} />
          </Text>
          <VariationStock variation={variation} />
          {variation.sku && <Code>{variation.sku}</Code>}
        </Group>
      ) : (
        <Text size="sm">{t('noVariation')}</Text>
      )}
    </div>
  );
}

function Reasons({ reasons }: { reasons: Schemas['HitExplanationDto'] }) {
  const { t } = useTranslation('knowledge');
  const format = useFormat();
  const { word_rank: byWords, vector_rank: byVector, matched, exact, is_named: isNamed } = reasons;
  const place = (rank: number | null) =>
    rank === null ? t('notFoundBy') : t('place', { number: format.count(rank) });
  return (
    <Stack gap={4}>
      <Text size="xs" c="dimmed">
        {t('placeByWords')} {place(byWords)} · {t('placeByVector')} {place(byVector)}
      </Text>
      {exact !== 'none' && <Text size="xs">{t(`exact_${exact}`)}</Text>}
      {isNamed && <Text size="xs">{t('isNamed')}</Text>}
      {matched.length > 0 && (
        <Group gap={4}>
          <Text size="xs" c="dimmed">
            {t('matchedWords')}
          </Text>
          {matched.map(({ word, strength }) => (
            <Badge key={word} variant="default" size="sm" tt="none" fw={400}>
              <bdi>{word}</bdi> {format.score(strength)}
            </Badge>
          ))}
        </Group>
      )}
    </Stack>
  );
}
