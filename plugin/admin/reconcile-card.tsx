import { speak } from '@wordpress/a11y';
import { Notice } from '@wordpress/components';
import { createElement, useEffect, useRef } from '@wordpress/element';
import { __, sprintf } from '@wordpress/i18n';
import { reconcile as send } from './api';
import { number, progressText } from './format';
import type { Overview } from './overview';
import { ActionButton, FailureNotice, Icon, Moment, Progress, Section } from './parts';
import { useAction } from './use-action';
import type { Live } from './use-overview';
import { cannotSync } from './words';

interface ReconcileProps {
  overview: Overview;
  change: Live['change'];
}

/** Compares the shop with what Fiko has of it, and sends the difference. */
export function ReconcileCard({ overview, change }: ReconcileProps): JSX.Element {
  const { reconcile } = overview;
  const action = useAction<'compare'>();
  const running = reconcile.state === 'running';
  const hindrance = running ? '' : cannotSync(overview);
  const heading = useRef<HTMLHeadingElement | null>(null);
  const before = useRef(reconcile.state);

  useEffect(() => {
    if (before.current === 'running' && reconcile.state === 'done') {
      speak(__('The comparison has finished.', 'fiko-woocommerce-sync'), 'polite');
    }
    before.current = reconcile.state;
  }, [reconcile.state]);

  return (
    <Section title={__('Compare the shop with Fiko', 'fiko-woocommerce-sync')} heading={heading}>
      <p>
        {__(
          'Finds products that are missing, old or no longer wanted in Fiko, and sends only these. It is done once a day by itself.',
          'fiko-woocommerce-sync',
        )}
      </p>
      <FailureNotice action={action} next={heading} />
      {running && (
        <Progress
          id="fiko-reconcile-progress"
          label={__('Comparing…', 'fiko-woocommerce-sync')}
          done={reconcile.scanned}
          total={reconcile.total}
        >
          {progressText(reconcile.scanned, reconcile.total)}
        </Progress>
      )}
      {reconcile.state === 'failed' && (
        <Notice status="error" isDismissible={false} className="fiko-notice">
          <p>
            {sprintf(
              /* translators: %s: why the comparison failed, a sentence */
              __('The last comparison failed: %s', 'fiko-woocommerce-sync'),
              reconcile.error,
            )}
          </p>
        </Notice>
      )}
      {reconcile.finished_at !== null && !running && (
        <dl className="fiko-facts">
          <div>
            <dt>{__('Last compared', 'fiko-woocommerce-sync')}</dt>
            <dd>
              <Moment at={reconcile.finished_at} />
            </dd>
          </div>
          <div>
            <dt>{__('Sent again', 'fiko-woocommerce-sync')}</dt>
            <dd>{number(reconcile.sent)}</dd>
          </div>
          <div>
            <dt>{__('Deleted from Fiko', 'fiko-woocommerce-sync')}</dt>
            <dd>{number(reconcile.deleted)}</dd>
          </div>
        </dl>
      )}
      {reconcile.finished_at === null && reconcile.state === 'idle' && (
        <p className="fiko-about">{__('Not compared yet.', 'fiko-woocommerce-sync')}</p>
      )}
      <div className="fiko-actions">
        <ActionButton
          busy={action.busy !== null || running}
          off={hindrance !== ''}
          describedBy={hindrance ? 'fiko-reconcile-hindrance' : undefined}
          onClick={() =>
            void action.run(
              'compare',
              () => change(send),
              __('The comparison has begun.', 'fiko-woocommerce-sync'),
            )
          }
        >
          <Icon>⚖️</Icon>
          {__('Compare now', 'fiko-woocommerce-sync')}
        </ActionButton>
      </div>
      {hindrance && (
        <p id="fiko-reconcile-hindrance" className="fiko-about">
          {hindrance}
        </p>
      )}
    </Section>
  );
}
