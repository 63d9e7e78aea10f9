import { useTranslation } from 'react-i18next';
import { ChoiceFilter, FilterBar, TextFilter, type Filters } from '../../parts/filters';
import { StoreFilter } from '../../parts/stores';
import { useFormat } from '../../parts/format';
import { ORDERINGS, RARE, readAttributes, readId, readPrice, SOURCES, type ProductFilter } from './filters';
import { useProductStats } from './stats';

const TYPES = ['simple', 'variable', 'grouped', 'external'] as const;
const CURRENCIES = ['IRT', 'IRR', 'USD', 'EUR'] as const;

interface ProductFiltersProps {
  filters: Filters<ProductFilter>;
  order: Filters<'ordering'>;
  userId: number;
}

export function ProductFilters({ filters, order, userId }: ProductFiltersProps) {
  const { t } = useTranslation('products');
  const { t: common } = useTranslation();
  const yesOrNo = (yes: string, no: string) => [
    { value: 'true', label: yes },
    { value: 'false', label: no },
  ];
  return (
    <FilterBar filters={filters} more={{ names: RARE, filters: <Rare filters={filters} /> }}>
      <TextFilter filters={filters} name="search" label={common('search')} placeholder={t('searchHint')} />
      <StoreFilter filters={filters} name="store_id" />
      <CategoryFilter filters={filters} userId={userId} />
      <ChoiceFilter
        filters={filters}
        name="in_stock"
        label={t('stock')}
        choices={yesOrNo(common('inStock'), common('outOfStock'))}
      />
      <ChoiceFilter
        filters={filters}
        name="has_discount"
        label={t('discount')}
        choices={yesOrNo(t('onSale'), t('notOnSale'))}
      />
      <ChoiceFilter
        filters={filters}
        name="is_active"
        label={common('status')}
        choices={yesOrNo(t('active'), t('deleted'))}
      />
      <ChoiceFilter
        filters={order}
        name="ordering"
        label={t('ordering')}
        placeholder={t('order_-created_at')}
        choices={ORDERINGS.map((value) => ({ value, label: t(`order_${value}`) }))}
      />
    </FilterBar>
  );
}

/** The shop's categories with how many products each has; and the one of the address, whatever it is. */
function CategoryFilter({ filters, userId }: Pick<ProductFiltersProps, 'filters' | 'userId'>) {
  const { t } = useTranslation('products');
  const format = useFormat();
  const { data } = useProductStats(userId, readId(filters.values.store_id));
  const known = Object.entries(data?.by_category ?? {});
  const chosen = filters.values.category;
  const choices = known.map(([name, count]) => ({ value: name, label: `${name} (${format.count(count)})` }));
  if (chosen && !known.some(([name]) => name === chosen)) choices.unshift({ value: chosen, label: chosen });
  return <ChoiceFilter filters={filters} name="category" label={t('category')} choices={choices} />;
}

function Rare({ filters }: Pick<ProductFiltersProps, 'filters'>) {
  const { t } = useTranslation('products');
  const { t: common } = useTranslation();
  const { attribute, min_price: min, max_price: max } = filters.values;
  const wrongPrice = (typed: string | undefined) =>
    typed && readPrice(typed) === null ? common('notANumber') : null;
  return (
    <>
      <TextFilter filters={filters} name="min_price" label={t('minPrice')} numeric error={wrongPrice(min)} />
      <TextFilter filters={filters} name="max_price" label={t('maxPrice')} numeric error={wrongPrice(max)} />
      <ChoiceFilter
        filters={filters}
        name="currency"
        label={t('currency')}
        choices={CURRENCIES.map((value) => ({ value, label: t(`currency_${value}`) }))}
      />
      <TextFilter
        filters={filters}
        name="attribute"
        label={t('attribute')}
        placeholder={t('attributeHint')}
        error={attribute && readAttributes(attribute).length === 0 ? t('attributeWrong') : null}
      />
      <TextFilter filters={filters} name="brand" label={t('brand')} />
      <TextFilter filters={filters} name="tag" label={t('tag')} />
      <ChoiceFilter
        filters={filters}
        name="product_type"
        label={t('type')}
        choices={TYPES.map((value) => ({ value, label: t(`type_${value}`) }))}
      />
      <ChoiceFilter
        filters={filters}
        name="external_source"
        label={t('source')}
        choices={SOURCES.map((value) => ({ value, label: t(`source_${value}`) }))}
      />
    </>
  );
}
