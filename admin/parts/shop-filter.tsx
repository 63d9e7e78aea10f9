import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answer, api, type Schemas } from '../api/client';
import { ChoiceFilter, type Filters } from './filters';

const OFFERED = 100;

export const shopName = ({ id, url, host }: Pick<Schemas['StoreDto'], 'id' | 'url' | 'host'>): string =>
  url ?? host ?? `#${id}`;

/** @param userId of this user only; undefined for all that the person sees */
export function useShops(userId: number | undefined) {
  return useQuery({
    queryKey: ['stores', 'offered', userId],
    queryFn: () =>
      answer(
        api.GET('/api/v1/integrations/stores/', {
          params: { query: { page_size: OFFERED, user_id: userId } },
        }),
      ),
    staleTime: 60_000,
  });
}

/** Of one shop; not there where there is only one to choose. */
export function ShopFilter<N extends string>({
  filters,
  name,
  userId,
}: {
  filters: Filters<N>;
  name: N;
  userId: number | undefined;
}) {
  const { t } = useTranslation();
  const shops = useShops(userId).data?.results ?? [];
  if (shops.length < 2 && !filters.values[name]) return null;
  return (
    <ChoiceFilter
      filters={filters}
      name={name}
      label={t('shop')}
      choices={shops.map((shop) => ({ value: String(shop.id), label: shopName(shop) }))}
    />
  );
}
