import { Anchor, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'wouter';
import { answer, api, type Schemas } from '../../api/client';
import { Section } from '../../parts/section';
import { Answered } from '../../parts/states';
import { Moment, State, type Tone } from '../../parts/values';
import { usePerson } from '../../shell/session';

const SHOWN = 10;
const REFRESH_MS = 15_000;
const TONES: Record<Schemas['EventDto']['status'], Tone> = {
  queued: 'waiting',
  processed: 'good',
  failed: 'bad',
};

/** The events of a product, which its shop knows by a number of its own. */
export function History({ product, userId }: { product: Schemas['ProductDetailDto']; userId: number }) {
  const { t } = useTranslation('products');
  const { t: common } = useTranslation();
  const { is_staff: isStaff } = usePerson();
  const { woo_product_id: wooId, store_id: storeId } = product.extraction_metadata;
  const query = {
    // Beyond 2^53 it is a string of digits, which is as good in an address.
    woo_product_id: wooId as number,
    store_id: storeId,
    user_id: isStaff ? userId : undefined,
  };
  const events = useQuery({
    queryKey: ['events', 'of', query],
    queryFn: () =>
      answer(
        api.GET('/api/v1/integrations/woocommerce/events/', {
          params: { query: { ...query, page_size: SHOWN } },
        }),
      ),
    refetchInterval: REFRESH_MS,
  });
  const all = new URLSearchParams({ woo_product_id: String(wooId), store_id: String(storeId) });
  return (
    <Section title={t('history')} hint={t('historyHint')}>
      <Answered query={events}>
        {({ count, results }) =>
          results.length === 0 ? (
            <Text c="dimmed" size="sm">
              {t('noEvents')}
            </Text>
          ) : (
            <>
              <Table.ScrollContainer
                minWidth={280}
                type="native"
                tabIndex={0}
                role="region"
                aria-label={t('history')}
              >
                <Table verticalSpacing="xs" aria-label={t('history')}>
                  <Table.Thead>
                    <Table.Tr>
                      <Table.Th>{t('event')}</Table.Th>
                      <Table.Th>{common('status')}</Table.Th>
                      <Table.Th>{t('outcome')}</Table.Th>
                    </Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>
                    {results.map((event) => (
                      <Table.Tr key={event.id}>
                        <Table.Td>
                          <Anchor component={Link} href={`/events/${event.id}`} size="sm">
                            {event.event_type_display}
                          </Anchor>
                          <Text size="xs" c="dimmed">
                            <Moment at={event.created_at} />
                          </Text>
                        </Table.Td>
                        <Table.Td>
                          <State tone={TONES[event.status]}>{t(`status_${event.status}`)}</State>
                        </Table.Td>
                        <Table.Td>
                          {event.outcome ? (
                            t(`outcome_${event.outcome}`)
                          ) : event.error_message ? (
                            <Text size="sm" dir="auto" lineClamp={2}>
                              {event.error_message}
                            </Text>
                          ) : (
                            '—'
                          )}
                        </Table.Td>
                      </Table.Tr>
                    ))}
                  </Table.Tbody>
                </Table>
              </Table.ScrollContainer>
              {count > SHOWN && (
                <Anchor component={Link} href={`/events?${all.toString()}`} size="sm">
                  {t('moreEvents')}
                </Anchor>
              )}
            </>
          )
        }
      </Answered>
    </Section>
  );
}
