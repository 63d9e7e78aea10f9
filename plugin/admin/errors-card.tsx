import { createElement, Fragment, useRef } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { retryErrors } from './api';
import { number } from './format';
import type { Overview } from './overview';
import { ActionButton, FailureNotice, Icon, Moment, Section, Words } from './parts';
import { listed } from './totals';
import { productsList } from './totals-card';
import { keepFocus, useAction } from './use-action';
import type { Live } from './use-overview';

/** The products that Fiko did not take, newest first. */
export function ErrorsCard({
  overview,
  change,
}: {
  overview: Overview;
  change: Live['change'];
}): JSX.Element {
  const { errors, totals } = overview;
  const action = useAction<string>();
  const heading = useRef<HTMLHeadingElement | null>(null);

  const retry = async (name: string, ids: number[] | undefined, done: string): Promise<void> => {
    await action.run(name, () => change(() => retryErrors(ids)), done);
    keepFocus(heading);
  };

  return (
    <Section title={__('Latest errors', 'fiko-woocommerce-sync')} heading={heading} wide={true}>
      <FailureNotice action={action} next={heading} />
      {errors.length === 0 ? (
        <p>
          <Icon>✅</Icon>
          {__('No errors: every product that was sent was accepted.', 'fiko-woocommerce-sync')}
        </p>
      ) : (
        <Fragment>
          {/* The roles are those that the elements have; narrow screens, where they are no table, lose them. */}
          <table
            className="fiko-errors"
            role="table"
            aria-label={__('Latest errors', 'fiko-woocommerce-sync')}
          >
            <thead role="rowgroup">
              <tr role="row">
                <th role="columnheader" scope="col">
                  {__('Product', 'fiko-woocommerce-sync')}
                </th>
                <th role="columnheader" scope="col">
                  {__('Reason', 'fiko-woocommerce-sync')}
                </th>
                <th role="columnheader" scope="col">
                  {__('Time', 'fiko-woocommerce-sync')}
                </th>
                <th role="columnheader" scope="col">
                  {__('Action', 'fiko-woocommerce-sync')}
                </th>
              </tr>
            </thead>
            <tbody role="rowgroup">
              {errors.map(({ id, name, edit_url, error, at }) => (
                <tr key={id} role="row">
                  <td role="cell" className="fiko-errors__product wp-exclude-emoji">
                    <bdi>{edit_url ? <a href={edit_url}>{name}</a> : name}</bdi>
                  </td>
                  <td role="cell" className="wp-exclude-emoji">
                    <Words text={error} />
                  </td>
                  <td role="cell">
                    <Moment at={at} />
                  </td>
                  <td role="cell">
                    <ActionButton
                      busy={action.busy === String(id)}
                      off={action.busy !== null}
                      label={sprintf(
                        /* translators: %s: name of a product */
                        __('Retry: %s', 'fiko-woocommerce-sync'),
                        name,
                      )}
                      onClick={() =>
                        void retry(
                          String(id),
                          [id],
                          sprintf(
                            /* translators: %s: name of a product */
                            __('%s will be sent again.', 'fiko-woocommerce-sync'),
                            name,
                          ),
                        )
                      }
                    >
                      {__('Retry', 'fiko-woocommerce-sync')}
                    </ActionButton>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <div className="fiko-actions">
            <ActionButton
              busy={action.busy === 'all'}
              off={action.busy !== null}
              onClick={() =>
                void retry(
                  'all',
                  undefined,
                  __('All failed products will be sent again.', 'fiko-woocommerce-sync'),
                )
              }
            >
              <Icon>🔁</Icon>
              {__('Retry all', 'fiko-woocommerce-sync')}
            </ActionButton>
            {totals.failed > errors.length && listed(totals, 'failed') > 0 && (
              <a href={productsList('failed')}>
                {sprintf(
                  /* translators: %s: number of products */
                  __('Show all failed products (%s)', 'fiko-woocommerce-sync'),
                  number(listed(totals, 'failed')),
                )}
              </a>
            )}
          </div>
        </Fragment>
      )}
    </Section>
  );
}
