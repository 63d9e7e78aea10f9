import { createElement } from '@wordpress/element';
import { __, _n, sprintf } from '@wordpress/i18n';
import { SYNC_STATES, type SyncState } from '../../src/contract/shop-plugin';
import { number } from './format';
import type { Totals } from './overview';
import { Icon, Section } from './parts';
import { deletions, listed } from './totals';
import { stateDescription, stateTitle } from './words';

const STATES: readonly SyncState[] = ['synced', 'waiting', 'failed', 'excluded', 'never'];

export const productsList = (state: SyncState): string => `edit.php?post_type=product&fiko_state=${state}`;

export function TotalsCard({ totals }: { totals: Totals }): JSX.Element {
  return (
    <Section title={__('Products', 'fiko-woocommerce-sync')} wide={true}>
      <p>
        {sprintf(
          /* translators: %s: number of products in the shop */
          _n(
            'There is %s product in the shop.',
            'There are %s products in the shop.',
            totals.products,
            'fiko-woocommerce-sync',
          ),
          number(totals.products),
        )}
      </p>
      <dl className="fiko-totals">
        {STATES.map((state) => (
          <div key={state} className={`fiko-total fiko-total--${state}`}>
            <dt>
              <Icon>{SYNC_STATES[state]}</Icon>
              {stateTitle(state)}
            </dt>
            <dd>
              <a
                href={productsList(state)}
                aria-label={sprintf(
                  /* translators: 1: number of products, 2: their state, as in “Synced” */
                  __('%1$s – %2$s: show in the products list', 'fiko-woocommerce-sync'),
                  number(listed(totals, state)),
                  stateTitle(state),
                )}
              >
                {number(listed(totals, state))}
              </a>
              {deletions(totals, state) > 0 && (
                <span className="fiko-total__about">
                  {sprintf(
                    /* translators: %s: number of products */
                    _n(
                      'plus %s deletion',
                      'plus %s deletions',
                      deletions(totals, state),
                      'fiko-woocommerce-sync',
                    ),
                    number(deletions(totals, state)),
                  )}
                </span>
              )}
              <span className="fiko-total__about">{stateDescription(state)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
