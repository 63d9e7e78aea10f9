import { speak } from '@wordpress/a11y';
import { createElement, Fragment, useEffect, useRef, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { bulk as send } from './api';
import { progressText, timeLeft } from './format';
import type { BulkAction, Overview } from './overview';
import { ActionButton, Confirm, FailureNotice, Icon, Moment, Progress, Section } from './parts';
import { mayAnnounce } from './polling';
import { keepFocus, useAction } from './use-action';
import type { Live } from './use-overview';
import { bulkSpoken, bulkTitle, cannotSync, failedText } from './words';

/** The first sync, which sends the whole catalogue. */
export function BulkCard({ overview, change }: { overview: Overview; change: Live['change'] }): JSX.Element {
  const { bulk } = overview;
  const action = useAction<BulkAction>();
  const [asking, setAsking] = useState<'start' | 'stop' | null>(null);
  const heading = useRef<HTMLHeadingElement | null>(null);
  const mainButton = useRef<HTMLButtonElement | null>(null);
  const said = useRef({ state: bulk.state, at: 0 });

  useEffect(() => {
    const changed = said.current.state !== bulk.state;
    if (!changed && (bulk.state !== 'running' || !mayAnnounce(said.current.at, Date.now()))) return;
    said.current = { state: bulk.state, at: Date.now() };
    speak(bulkSpoken(bulk), 'polite');
  }, [bulk.state, bulk.done, bulk.total]);

  const run = async (name: BulkAction): Promise<void> => {
    setAsking(null);
    await action.run(name, () => change(() => send(name)));
    keepFocus(mainButton);
  };

  const under = bulk.state === 'running' || bulk.state === 'paused';
  const hindrance = under ? '' : cannotSync(overview);
  const sentBefore = bulk.state === 'done' || bulk.finished_at !== null;
  const busy = action.busy !== null;
  const main =
    bulk.state === 'running'
      ? { name: 'pause' as const, icon: '⏸', text: __('Pause', 'fiko-woocommerce-sync') }
      : bulk.state === 'paused'
        ? { name: 'resume' as const, icon: '▶', text: __('Resume', 'fiko-woocommerce-sync') }
        : {
            name: 'start' as const,
            icon: '🔄',
            text: sentBefore
              ? __('Send all products again', 'fiko-woocommerce-sync')
              : __('Start the first sync', 'fiko-woocommerce-sync'),
          };

  return (
    <Section title={__('First sync', 'fiko-woocommerce-sync')} heading={heading}>
      <p>
        {__(
          'Sends all products of the shop to Fiko once. After that, each change is sent by itself.',
          'fiko-woocommerce-sync',
        )}
      </p>
      <FailureNotice action={action} next={heading} />
      {under && (
        <Fragment>
          <Progress id="fiko-bulk-progress" label={bulkTitle(bulk.state)} done={bulk.done} total={bulk.total}>
            <span>{progressText(bulk.done, bulk.total)}</span>
            <span>{failedText(bulk.failed)}</span>
            {bulk.state === 'running' && overview.connection.state === 'ok' && (
              <span>{timeLeft(bulk.seconds_left)}</span>
            )}
          </Progress>
          {bulk.state === 'running' && (
            <p className="fiko-about">
              {__(
                'You may close this page: the sync goes on in the background. While the page is open it is faster on some hosts.',
                'fiko-woocommerce-sync',
              )}
            </p>
          )}
        </Fragment>
      )}
      {bulk.state === 'done' && (
        <dl className="fiko-facts">
          <div>
            <dt>{bulkTitle(bulk.state)}</dt>
            <dd>{bulk.finished_at === null ? '' : <Moment at={bulk.finished_at} />}</dd>
          </div>
          <div>
            <dt>{__('Handled', 'fiko-woocommerce-sync')}</dt>
            <dd>
              {progressText(bulk.done, bulk.total)} {failedText(bulk.failed)}
            </dd>
          </div>
        </dl>
      )}
      <div className="fiko-actions">
        <ActionButton
          variant="primary"
          button={mainButton}
          busy={action.busy === main.name}
          off={busy || hindrance !== ''}
          describedBy={hindrance ? 'fiko-bulk-hindrance' : undefined}
          onClick={() => (main.name === 'start' && sentBefore ? setAsking('start') : void run(main.name))}
        >
          <Icon>{main.icon}</Icon>
          {main.text}
        </ActionButton>
        {under && (
          <ActionButton
            isDestructive={true}
            busy={action.busy === 'stop'}
            off={busy}
            onClick={() => setAsking('stop')}
          >
            <Icon>⏹</Icon>
            {__('Stop', 'fiko-woocommerce-sync')}
          </ActionButton>
        )}
      </div>
      {hindrance && (
        <p id="fiko-bulk-hindrance" className="fiko-about">
          {hindrance}
        </p>
      )}
      {asking === 'start' && (
        <Confirm
          title={__('Send all products again?', 'fiko-woocommerce-sync')}
          confirm={__('Send all', 'fiko-woocommerce-sync')}
          onConfirm={() => void run('start')}
          onCancel={() => setAsking(null)}
        >
          <p>
            {__(
              'All products were sent before, and changes are sent by themselves. “Compare now” finds what is missing with far fewer requests.',
              'fiko-woocommerce-sync',
            )}
          </p>
        </Confirm>
      )}
      {asking === 'stop' && (
        <Confirm
          title={__('Stop the sync?', 'fiko-woocommerce-sync')}
          confirm={__('Stop', 'fiko-woocommerce-sync')}
          isDestructive={true}
          onConfirm={() => void run('stop')}
          onCancel={() => setAsking(null)}
        >
          <p>
            {__(
              'What was sent stays in Fiko. When you start again, it begins with the first product.',
              'fiko-woocommerce-sync',
            )}
          </p>
        </Confirm>
      )}
    </Section>
  );
}
