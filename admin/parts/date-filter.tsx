import { useTranslation } from 'react-i18next';
import { DayInput } from './day-input';
import type { Filters } from './filters';

interface DateFilterProps<N extends string> {
  filters: Filters<N>;
  name: N;
  label: string;
  /** Of the chosen day: for "from" its first moment, for "to" its last. */
  edge: 'start' | 'end';
}

/** A day that has come. */
export function DateFilter<N extends string>({ filters, name, label, edge }: DateFilterProps<N>) {
  const { t } = useTranslation();
  return (
    <DayInput
      label={label}
      value={filters.values[name]}
      onChange={(value) => filters.set(name, value)}
      edge={edge}
      none={t('any')}
    />
  );
}
