import { Notice, Spinner } from '@wordpress/components';
import domReady from '@wordpress/dom-ready';
import { createElement, createRoot, Fragment, render, useRef, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { BulkCard } from './bulk-card';
import { ConnectionCard } from './connection-card';
import { ErrorsCard } from './errors-card';
import type { Failure } from './failure';
import { ActionButton, Sentence } from './parts';
import { ReconcileCard } from './reconcile-card';
import { StateNotice } from './state-notice';
import { TotalsCard } from './totals-card';
import { keepFocus } from './use-action';
import { useOverview } from './use-overview';

interface UnreachableProps {
  failure: Failure;
  /** Something is shown, which may be old by now. */
  stale: boolean;
  onRetry: () => Promise<void>;
}

function Unreachable({ failure, stale, onRetry }: UnreachableProps): JSX.Element {
  const [busy, setBusy] = useState(false);
  const title = stale
    ? __('What you see may be out of date', 'fiko-woocommerce-sync')
    : __('The settings could not be loaded', 'fiko-woocommerce-sync');
  return (
    <Notice
      status="error"
      isDismissible={false}
      className="fiko-notice"
      spokenMessage={`${title}: ${failure.message}`}
    >
      <p>
        <strong>{title}</strong>
      </p>
      <Sentence text={failure.message} />
      <div className="fiko-actions">
        <ActionButton
          variant="primary"
          busy={busy}
          onClick={() => {
            setBusy(true);
            void onRetry().then(() => setBusy(false));
          }}
        >
          {__('Try again', 'fiko-woocommerce-sync')}
        </ActionButton>
      </div>
    </Notice>
  );
}

function SettingsPage(): JSX.Element {
  const { overview, failure, refresh, change } = useOverview();
  const page = useRef<HTMLDivElement | null>(null);
  const retry = async (): Promise<void> => {
    await refresh();
    keepFocus(page);
  };
  return (
    <div ref={page} className="fiko-page" tabIndex={-1}>
      {failure && <Unreachable failure={failure} stale={overview !== null} onRetry={retry} />}
      {!overview && !failure && (
        <p className="fiko-loading" role="status">
          <Spinner />
          {__('Loading…', 'fiko-woocommerce-sync')}
        </p>
      )}
      {overview && (
        <Fragment>
          <StateNotice connection={overview.connection} change={change} page={page} />
          <div className="fiko-cards">
            <ConnectionCard overview={overview} change={change} refresh={refresh} />
            <div className="fiko-cards__column">
              <BulkCard overview={overview} change={change} />
              <ReconcileCard overview={overview} change={change} />
            </div>
            <TotalsCard totals={overview.totals} />
            <ErrorsCard overview={overview} change={change} />
          </div>
        </Fragment>
      )}
    </div>
  );
}

domReady(() => {
  const container = document.getElementById('fiko-sync-root');
  if (!container) return;
  const page = <SettingsPage />;
  // WordPress before 6.2 has React 17, which knows no roots.
  if (createRoot) createRoot(container).render(page);
  else render?.(page, container);
});
