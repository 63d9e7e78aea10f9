import { answer, api, type Schemas } from '../../api/client';
import { memberText } from '../../parts/json-text';
import { useAction } from '../../parts/actions';
import type { Conditions } from './conditions';
import type { EventDetail } from './timeline';

export type EventRow = Schemas['EventDto'];
export type Stats = Schemas['EventStatsDto'];

/** What is no longer true once events are processed again. */
export const CHANGED_BY_RETRY = ['events', 'stores', 'dashboard', 'products'];

export const readStats = (query: Conditions): Promise<Stats> =>
  answer(api.GET('/api/v1/integrations/woocommerce/events/stats/', { params: { query } }));

/** The payload as the server wrote it: parsed, its long numbers would lose digits. Null where it is kept no longer. */
export async function readEvent(id: number): Promise<{ event: EventDetail; payload: string | null }> {
  const text = await answer(
    api.GET('/api/v1/integrations/woocommerce/events/{id}/', { params: { path: { id } }, parseAs: 'text' }),
  );
  const payload = memberText(text, 'payload');
  return {
    event: JSON.parse(text) as EventDetail,
    payload: payload === undefined || payload === 'null' ? null : payload,
  };
}

export const useRetryOne = () =>
  useAction(
    (id: number) =>
      answer(api.POST('/api/v1/integrations/woocommerce/events/{id}/retry/', { params: { path: { id } } })),
    { said: ({ message }) => message, changes: CHANGED_BY_RETRY },
  );
