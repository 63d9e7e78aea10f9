import { Button, Checkbox, Group, Paper, Select, Stack, TextInput } from '@mantine/core';
import { IconMessageSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TextFilter, type Filters } from '../../parts/filters';
import { useFormat } from '../../parts/format';
import { StoreFilter } from '../../parts/stores';
import { readPrice } from '../products/filters';
import { LIMITS, type Asked } from './question';

const LONGEST = 10_000;

interface QuestionFormProps {
  filters: Filters<Asked>;
  asking: boolean;
  askAgain: () => void;
}

export function QuestionForm({ filters, asking, askAgain }: QuestionFormProps) {
  const { t } = useTranslation('knowledge');
  const { t: common } = useTranslation();
  const format = useFormat();
  const asked = filters.values.q ?? '';
  const [typed, setTyped] = useState(asked);
  const [before, setBefore] = useState(asked);
  // Asked anew by the address.
  if (asked !== before) {
    setBefore(asked);
    setTyped(asked);
  }
  const ask = () => {
    const q = typed.trim();
    if (q === asked && q) askAgain();
    else filters.set('q', q);
  };
  const { min_price: min, max_price: max } = filters.values;
  const wrongPrice = (price: string | undefined) =>
    price && readPrice(price) === null ? common('notANumber') : null;
  return (
    <Paper
      component="form"
      role="search"
      withBorder
      p="md"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <Stack gap="sm">
        <Group align="flex-end" gap="xs">
          <TextInput
            label={t('question')}
            placeholder={t('questionHint')}
            value={typed}
            onChange={({ currentTarget: { value } }) => setTyped(value)}
            maxLength={LONGEST}
            size="md"
            dir="auto"
            autoComplete="off"
            flex={{ base: '1 1 100%', xs: '1 1 0' }}
          />
          <Button
            type="submit"
            size="md"
            w={{ base: '100%', xs: 'auto' }}
            loading={asking}
            leftSection={<IconMessageSearch size={18} aria-hidden />}
          >
            {t('ask')}
          </Button>
        </Group>
        <Group align="flex-start" gap="xs">
          <TextFilter
            filters={filters}
            name="min_price"
            label={t('minPrice')}
            numeric
            error={wrongPrice(min)}
          />
          <TextFilter
            filters={filters}
            name="max_price"
            label={t('maxPrice')}
            numeric
            error={wrongPrice(max)}
          />
          <StoreFilter filters={filters} name="store_id" />
          <Select
            label={t('limit')}
            size="sm"
            data={LIMITS.map((value) => ({ value, label: format.count(Number(value)) }))}
            value={filters.values.limit ?? '10'}
            onChange={(value) => filters.set('limit', value)}
            allowDeselect={false}
            w={{ base: 'calc(50% - 5px)', xs: 110 }}
          />
          <Stack gap={6} pt={{ base: 0, xs: 26 }}>
            <Checkbox
              label={t('onlyInStock')}
              checked={filters.values.in_stock === 'true'}
              onChange={({ currentTarget: { checked } }) => filters.set('in_stock', checked ? 'true' : null)}
            />
            <Checkbox
              label={t('readPrices')}
              checked={filters.values.interpret !== 'false'}
              onChange={({ currentTarget: { checked } }) =>
                filters.set('interpret', checked ? null : 'false')
              }
            />
          </Stack>
        </Group>
      </Stack>
    </Paper>
  );
}
