import { useTranslation } from 'react-i18next';

interface Named {
  url: string | null;
  host: string | null;
}

/** The shop's own address, or the host of its products; in words where it has told neither. */
export function useShopName(): (shop: Named) => string {
  const { t } = useTranslation('stores');
  return ({ url, host }) => url ?? host ?? t('unnamed');
}

export const eventsOf = (shop: number, status?: 'failed' | 'queued'): string =>
  `/events?store_id=${shop}${status ? `&status=${status}` : ''}`;

export const productsOf = (shop: number): string => `/products?store_id=${shop}`;

export const detailsOf = (shop: number): string => `/stores?shop=${shop}`;
