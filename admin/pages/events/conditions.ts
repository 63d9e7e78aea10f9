import type { Schemas } from '../../api/client';
import type { paths } from '../../api/schema';

type ListQuery = NonNullable<paths['/api/v1/integrations/woocommerce/events/']['get']['parameters']['query']>;
export type Conditions = Omit<ListQuery, 'page' | 'page_size' | 'success'>;

export const FILTERS = [
  'status',
  'event_type',
  'store_id',
  'woo_product_id',
  'created_after',
  'created_before',
  'search',
  'cause',
] as const;
export type FilterName = (typeof FILTERS)[number];

/** What the API is asked for. The address may hold anything; the API says what of it is wrong. */
export function conditionsOf(
  values: Partial<Record<FilterName, string>>,
  userId: number | undefined,
): Conditions {
  return {
    ...(userId === undefined ? {} : { user_id: userId }),
    // Ids of products may be longer than a number of JavaScript is exact: they stay the text they are.
    ...(values as Omit<Conditions, 'user_id'>),
  };
}

/** The failed among them. */
export const failedOf = ({ status, ...conditions }: Conditions): Conditions => ({
  ...conditions,
  status: status ?? 'failed',
});

/** For the request to queue them again. Nothing named must be said to mean all. */
export function retryBody(conditions: Conditions): Schemas['RetryEventsDto'] {
  // The list's conditions come from the address as text, which the body would not be believed.
  const { store_id: storeId, ...rest } = failedOf(conditions);
  const body = { ...rest, ...(storeId === undefined ? {} : { store_id: Number(storeId) }) };
  const narrowed = Object.keys(body).some((name) => name !== 'status');
  return narrowed ? body : { ...body, all: true };
}

/** Without what a retried event has no longer: its state, its error and the cause of that. */
export const withoutFailure = (conditions: Conditions): Conditions => ({
  ...conditions,
  status: undefined,
  search: undefined,
  cause: undefined,
});
