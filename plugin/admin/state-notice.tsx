import { Notice } from '@wordpress/components';
import { createElement } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import type { Connection } from './overview';
import { Moment, Sentence } from './parts';
import { connectionTitle } from './words';

/** What stands in the way of the sync, and what to do about it; nothing where all is well. */
export function StateNotice({ connection }: { connection: Connection }): JSX.Element | null {
  if (connection.state === 'ok') return null;
  const title = connectionTitle(connection.state, connection.code);

  if (connection.state === 'unset') {
    return (
      <Notice status="info" isDismissible={false} className="fiko-notice" spokenMessage={title}>
        <p>
          <strong>{title}</strong>
        </p>
        <ol>
          <li>
            {__(
              'Enter the API URL and the API token that you received from Fiko, and save.',
              'fiko-woocommerce-sync',
            )}
          </li>
          <li>{__('See that the connection test succeeds.', 'fiko-woocommerce-sync')}</li>
          <li>{__('Start the first sync of all products.', 'fiko-woocommerce-sync')}</li>
        </ol>
      </Notice>
    );
  }

  const stopped = connection.state === 'stopped';
  return (
    <Notice
      status={stopped ? 'error' : 'warning'}
      isDismissible={false}
      className="fiko-notice"
      // Without the times, which would be said again with each minute that passes.
      spokenMessage={[title, connection.message, connection.hint].filter(Boolean).join(' ')}
    >
      <p>
        <strong>{title}</strong>
      </p>
      <Sentence text={connection.message} />
      <Sentence text={connection.hint} />
      {(connection.since !== null || connection.until !== null) && (
        <dl className="fiko-facts">
          {connection.since !== null && (
            <div>
              <dt>{__('Since', 'fiko-woocommerce-sync')}</dt>
              <dd>
                <Moment at={connection.since} />
              </dd>
            </div>
          )}
          {!stopped && connection.until !== null && (
            <div>
              <dt>{__('Next try', 'fiko-woocommerce-sync')}</dt>
              <dd>
                <Moment at={connection.until} />
              </dd>
            </div>
          )}
        </dl>
      )}
    </Notice>
  );
}
