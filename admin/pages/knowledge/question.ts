import type { paths } from '../../api/schema';
import { readFlag, readId, readPrice } from '../products/filters';

type Query = paths['/api/v1/web-knowledge/search/']['get']['parameters']['query'];

export const LIMITS = ['5', '10', '20', '50'] as const;
const DEFAULT_LIMIT = 10;
export const ASKED = ['q', 'limit', 'in_stock', 'min_price', 'max_price', 'store_id', 'interpret'] as const;
export type Asked = (typeof ASKED)[number];
/** Those that narrow the answer. */
export const NARROWING = ['in_stock', 'min_price', 'max_price', 'store_id'] as const;

const price = (typed: string | undefined) => (typed && readPrice(typed)) || undefined;

/** What the address asks, as the API takes it; null where it asks nothing. */
export function questionOf(values: Partial<Record<Asked, string>>): Query | null {
  const q = values.q?.trim();
  if (!q) return null;
  return {
    q,
    limit: LIMITS.some((limit) => limit === values.limit) ? Number(values.limit) : DEFAULT_LIMIT,
    in_stock: readFlag(values.in_stock),
    min_price: price(values.min_price),
    max_price: price(values.max_price),
    store_id: readId(values.store_id),
    interpret: values.interpret === 'false' ? false : undefined,
    explain: true,
  };
}
