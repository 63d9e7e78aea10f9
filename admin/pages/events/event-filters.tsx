import { Group, Pill, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { DateFilter } from '../../parts/date-filter';
import { ChoiceFilter, FilterBar, TextFilter, type Filters } from '../../parts/filters';
import { StoreFilter } from '../../parts/stores';
import type { FilterName } from './conditions';

const STATES = ['queued', 'processed', 'failed'] as const;
const TYPES = ['created', 'updated', 'deleted'] as const;

export function EventFilters({ filters }: { filters: Filters<FilterName> }) {
  const { t } = useTranslation('events');
  const { cause, woo_product_id: productId = '' } = filters.values;
  return (
    <>
      <FilterBar
        filters={filters}
        more={{
          names: ['woo_product_id', 'created_after', 'created_before'],
          filters: (
            <>
              <TextFilter
                filters={filters}
                name="woo_product_id"
                label={t('productId')}
                numeric
                error={/^\d*$/.test(productId) ? null : t('notANumber', { ns: 'common' })}
              />
              <DateFilter
                filters={filters}
                name="created_after"
                label={t('from', { ns: 'common' })}
                edge="start"
              />
              <DateFilter
                filters={filters}
                name="created_before"
                label={t('to', { ns: 'common' })}
                edge="end"
              />
            </>
          ),
        }}
      >
        <TextFilter
          filters={filters}
          name="search"
          label={t('search', { ns: 'common' })}
          placeholder={t('searchHint')}
        />
        <ChoiceFilter
          filters={filters}
          name="status"
          label={t('status', { ns: 'common' })}
          choices={STATES.map((value) => ({ value, label: t(value) }))}
        />
        <ChoiceFilter
          filters={filters}
          name="event_type"
          label={t('type')}
          choices={TYPES.map((type) => ({ value: `product.${type}`, label: t(type) }))}
        />
        <StoreFilter filters={filters} name="store_id" />
      </FilterBar>
      {cause && (
        <Group gap="xs">
          <Text size="sm">{t('causeFilter')}:</Text>
          <Pill
            withRemoveButton
            onRemove={() => filters.set('cause', null)}
            removeButtonProps={{ 'aria-label': t('dropCause'), 'aria-hidden': false, tabIndex: 0 }}
          >
            <bdi>{cause}</bdi>
          </Pill>
        </Group>
      )}
    </>
  );
}
