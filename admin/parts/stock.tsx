import { useTranslation } from 'react-i18next';
import { useFormat } from './format';
import { State } from './values';

interface StockProps {
  /** Null where it is not known. */
  inStock: boolean | null;
  /** Null where the shop does not count. */
  quantity: number | null;
  backorder?: boolean;
}

/** Whether it can be bought, and how many there are. */
export function Stock({ inStock, quantity, backorder = false }: StockProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (inStock === null) return <>—</>;
  if (!inStock) return <State tone="waiting">{t('outOfStock')}</State>;
  if (backorder) return <State tone="waiting">{t('onBackorder')}</State>;
  return (
    <State tone="good">
      {quantity === null || quantity <= 0
        ? t('inStock')
        : t('inStockOf', { count: quantity, formatted: format.count(quantity) })}
    </State>
  );
}
