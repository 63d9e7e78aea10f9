import { Notice } from '@wordpress/components';
import { createElement, Fragment, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { confirmSite } from './api';
import type { Connection } from './overview';
import { ActionButton, Confirm, FailureNotice, Moment, Sentence } from './parts';
import { keepFocus, useAction } from './use-action';
import type { Live } from './use-overview';
import { connectionTitle } from './words';

interface MovedProps {
  change: Live['change'];
  /** Takes the focus once the button is gone. */
  page: { current: HTMLElement | null };
}

/** Of a shop whose address is another than when it was connected: a copy must not send in its place. */
function Moved({ change, page }: MovedProps): JSX.Element {
  const action = useAction<'confirm'>();
  const [asking, setAsking] = useState(false);
  const confirm = async (): Promise<void> => {
    setAsking(false);
    await action.run('confirm', () => change(confirmSite));
    keepFocus(page);
  };
  return (
    <Fragment>
      <div className="fiko-actions">
        <ActionButton variant="primary" busy={action.busy !== null} onClick={() => setAsking(true)}>
          {__('The shop has moved to this address', 'fiko-woocommerce-sync')}
        </ActionButton>
      </div>
      <FailureNotice action={action} next={page} />
      {asking && (
        <Confirm
          title={__('Send all products again?', 'fiko-woocommerce-sync')}
          confirm={__('Send all', 'fiko-woocommerce-sync')}
          onConfirm={() => void confirm()}
          onCancel={() => setAsking(false)}
        >
          <p>
            {__(
              'All products are sent again with the new address. If this site is a copy or for testing, cancel.',
              'fiko-woocommerce-sync',
            )}
          </p>
        </Confirm>
      )}
    </Fragment>
  );
}

interface StateNoticeProps extends MovedProps {
  connection: Connection;
}

/** What stands in the way of the sync, and what to do about it; nothing where all is well. */
export function StateNotice({ connection, change, page }: StateNoticeProps): JSX.Element | null {
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
      {connection.code === 'moved' && <Moved change={change} page={page} />}
    </Notice>
  );
}
