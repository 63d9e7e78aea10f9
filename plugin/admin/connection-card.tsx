import { speak } from '@wordpress/a11y';
import { TextControl, ToggleControl } from '@wordpress/components';
import { createElement, Fragment, useEffect, useRef, useState } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { saveSettings, testConnection } from './api';
import { failureOf } from './failure';
import {
  connectionInput,
  firstField,
  isDirty,
  settingsInput,
  takesAddressAway,
  type Edits,
  type Field,
} from './form';
import type { Account, ConnectionResult, Overview } from './overview';
import { ActionButton, Confirm, Dismissible, FailureNotice, Icon, Section, Sentence } from './parts';
import { useAction } from './use-action';
import type { Live } from './use-overview';
import { connectionTitle } from './words';

function AccountFacts({ account }: { account: Account }): JSX.Element {
  const facts: [string, string][] = [
    [__('Account', 'fiko-woocommerce-sync'), account.email || account.username],
    [__('Token', 'fiko-woocommerce-sync'), account.token_name],
    [__('Shop', 'fiko-woocommerce-sync'), account.shop],
  ];
  return (
    <dl className="fiko-facts">
      {facts
        .filter(([, value]) => value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
    </dl>
  );
}

interface ResultProps {
  result: ConnectionResult;
  onRemove: () => void;
  next: { current: HTMLElement | null };
}

function ResultNotice({ result, onRemove, next }: ResultProps): JSX.Element {
  const title = result.ok
    ? __('The connection works.', 'fiko-woocommerce-sync')
    : __('The connection does not work.', 'fiko-woocommerce-sync');
  return (
    <Dismissible
      status={result.ok ? 'success' : 'error'}
      onRemove={onRemove}
      next={next}
      spokenMessage={result.ok ? title : [title, result.message, result.hint].filter(Boolean).join(' ')}
    >
      <p>
        <strong>{title}</strong>
      </p>
      {/* Of success, the title says it all. */}
      {!result.ok && <Sentence text={result.message} />}
      <Sentence text={result.hint} />
      {result.account && <AccountFacts account={result.account} />}
    </Dismissible>
  );
}

interface SecretFieldProps {
  label: string;
  about: string;
  value: string;
  stored: boolean;
  disabled?: boolean;
  error: string | undefined;
  onChange: (value: string) => void;
}

/** A secret that is stored never comes back to the browser: the field is empty, and stays so to keep it. */
function SecretField({ label, about, value, stored, disabled, error, onChange }: SecretFieldProps) {
  return (
    <TextControl
      type="password"
      label={label}
      help={<Help about={about} error={error} />}
      value={value}
      onChange={onChange}
      dir={value === '' ? 'auto' : 'ltr'}
      disabled={disabled ?? false}
      placeholder={stored ? __('Saved – leave empty to keep', 'fiko-woocommerce-sync') : ''}
      // Or the browser would fill in, or offer to store, the password of the person.
      autoComplete="new-password"
      spellCheck={false}
      aria-invalid={error !== undefined}
      __nextHasNoMarginBottom={true}
      __next40pxDefaultSize={true}
    />
  );
}

function Help({ about, error }: { about: string; error: string | undefined }): JSX.Element {
  return (
    <Fragment>
      {error !== undefined && (
        <span className="fiko-field-error">
          <Icon>⚠️</Icon>
          <bdi>{error}</bdi>
        </span>
      )}
      {about}
    </Fragment>
  );
}

interface ConnectionProps {
  overview: Overview;
  change: Live['change'];
  refresh: Live['refresh'];
}

export function ConnectionCard({ overview, change, refresh }: ConnectionProps): JSX.Element {
  const { settings, connection } = overview;
  const [edits, setEdits] = useState<Edits>({});
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [result, setResult] = useState<ConnectionResult | null>(null);
  const [saved, setSaved] = useState(false);
  const [advanced, setAdvanced] = useState(false);
  const action = useAction<'test' | 'save'>();
  const [asking, setAsking] = useState(false);
  const form = useRef<HTMLFormElement | null>(null);
  const heading = useRef<HTMLHeadingElement | null>(null);
  const dirty = isDirty(edits, settings);

  useEffect(() => {
    if (!dirty) return undefined;
    const warn = (event: BeforeUnloadEvent) => {
      event.preventDefault();
      // Older browsers ask only then.
      event.returnValue = '';
    };
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [dirty]);

  const edit = (change: Edits): void => {
    setEdits((before) => ({ ...before, ...change }));
    setErrors((before) => Object.fromEntries(Object.entries(before).filter(([name]) => !(name in change))));
    setSaved(false);
  };

  /** To the first field that is wrong; `TextControl` takes no id of ours in all versions. */
  const focusOn = (field: Field): void => {
    if (field === 'signing_secret') setAdvanced(true);
    window.setTimeout(
      () => form.current?.querySelector<HTMLInputElement>(`[data-field="${field}"] input`)?.focus(),
      50,
    );
  };

  const noteFields = (error: unknown): never => {
    const { fields } = failureOf(error);
    setErrors(fields);
    const first = firstField(fields);
    if (first) focusOn(first);
    throw error;
  };

  const clear = (): void => {
    action.clear();
    setErrors({});
    setResult(null);
    setSaved(false);
  };

  const test = async (values: Edits): Promise<void> => {
    const answer = await testConnection(connectionInput(values, settings)).catch(noteFields);
    setResult(answer);
    // A test that succeeds may open what stood closed.
    void refresh();
  };

  const onTest = (): void => {
    if (action.busy) return;
    clear();
    if (connectionInput(edits, settings).api_url === '') {
      const message = __('Enter the API URL.', 'fiko-woocommerce-sync');
      setErrors({ api_url: message });
      focusOn('api_url');
      speak(message, 'assertive');
      return;
    }
    speak(__('Testing the connection…', 'fiko-woocommerce-sync'), 'polite');
    void action.run('test', () => test(edits));
  };

  const save = (): void => {
    setAsking(false);
    clear();
    speak(__('Saving…', 'fiko-woocommerce-sync'), 'polite');
    void action.run('save', async () => {
      const next = await change(() => saveSettings(settingsInput(edits, settings))).catch(noteFields);
      setEdits({});
      setSaved(true);
      // Whoever took the address away wants no test.
      if (next.settings.api_url !== '') setResult(await testConnection({}));
      void refresh();
    });
  };

  const onSave = (event: Event): void => {
    event.preventDefault();
    if (action.busy) return;
    if (takesAddressAway(edits, settings)) setAsking(true);
    else save();
  };

  const removing = edits.remove_signing_secret === true;
  const logging = edits.enable_logging ?? settings.logging;

  return (
    <Section title={__('Connection', 'fiko-woocommerce-sync')} heading={heading}>
      {connection.state === 'ok' && !result && (
        <Fragment>
          <p>
            <Icon>✅</Icon>
            <strong>{connectionTitle('ok')}</strong>
          </p>
          {overview.account && <AccountFacts account={overview.account} />}
        </Fragment>
      )}
      <form ref={form} className="fiko-form" noValidate={true} onSubmit={onSave}>
        <div data-field="api_url">
          <TextControl
            type="url"
            dir="ltr"
            label={__('API URL', 'fiko-woocommerce-sync')}
            help={
              <Help
                about={__(
                  'As you received it from Fiko, for example https://fiko.example.com',
                  'fiko-woocommerce-sync',
                )}
                error={errors.api_url}
              />
            }
            value={edits.api_url ?? settings.api_url}
            onChange={(api_url) => edit({ api_url })}
            placeholder="https://"
            autoComplete="off"
            spellCheck={false}
            aria-invalid={errors.api_url !== undefined}
            __nextHasNoMarginBottom={true}
            __next40pxDefaultSize={true}
          />
        </div>
        <div data-field="api_token">
          <SecretField
            label={__('API token', 'fiko-woocommerce-sync')}
            about={
              settings.token_locked
                ? __(
                    'The token is set in wp-config.php and can only be changed there.',
                    'fiko-woocommerce-sync',
                  )
                : __('From your Fiko panel. It is never shown again here.', 'fiko-woocommerce-sync')
            }
            value={edits.api_token ?? ''}
            stored={settings.has_token}
            disabled={settings.token_locked}
            error={errors.api_token}
            onChange={(api_token) => edit({ api_token })}
          />
        </div>
        <ToggleControl
          label={__('Write a log', 'fiko-woocommerce-sync')}
          help={__(
            'For finding faults: what is sent and answered, under WooCommerce › Status › Logs. Tokens are never written.',
            'fiko-woocommerce-sync',
          )}
          checked={logging}
          onChange={(enable_logging) => edit({ enable_logging })}
          __nextHasNoMarginBottom={true}
        />
        <div className="fiko-advanced">
          <ActionButton variant="link" expanded={advanced} onClick={() => setAdvanced(!advanced)}>
            {__('Advanced', 'fiko-woocommerce-sync')}
          </ActionButton>
          {advanced && (
            <div data-field="signing_secret">
              <SecretField
                label={__('Signing secret (optional)', 'fiko-woocommerce-sync')}
                about={__(
                  'Begins with whsec_. With it, each request is signed, so that nobody else can send in the name of your shop.',
                  'fiko-woocommerce-sync',
                )}
                value={edits.signing_secret ?? ''}
                stored={settings.has_signing_secret && !removing}
                error={errors.signing_secret}
                onChange={(signing_secret) => edit({ signing_secret, remove_signing_secret: false })}
              />
              {settings.has_signing_secret && (
                <ToggleControl
                  label={__('Remove the stored signing secret when saving', 'fiko-woocommerce-sync')}
                  checked={removing}
                  onChange={(remove) =>
                    edit({ remove_signing_secret: remove, ...(remove ? { signing_secret: '' } : {}) })
                  }
                  __nextHasNoMarginBottom={true}
                />
              )}
            </div>
          )}
        </div>
        <div className="fiko-actions">
          <ActionButton busy={action.busy === 'test'} off={action.busy !== null} onClick={onTest}>
            <Icon>🔍</Icon>
            {__('Test connection', 'fiko-woocommerce-sync')}
          </ActionButton>
          <ActionButton
            variant="primary"
            type="submit"
            busy={action.busy === 'save'}
            off={action.busy !== null}
          >
            <Icon>💾</Icon>
            {__('Save', 'fiko-woocommerce-sync')}
          </ActionButton>
          {dirty && (
            <span className="fiko-about">{__('There are unsaved changes.', 'fiko-woocommerce-sync')}</span>
          )}
        </div>
      </form>
      {asking && (
        <Confirm
          title={__('Save without an API URL?', 'fiko-woocommerce-sync')}
          confirm={__('Save', 'fiko-woocommerce-sync')}
          isDestructive={true}
          onConfirm={save}
          onCancel={() => setAsking(false)}
        >
          <p>
            {__(
              'Without an address, nothing more is sent to Fiko. Do you want to go on?',
              'fiko-woocommerce-sync',
            )}
          </p>
        </Confirm>
      )}
      {saved && (
        <Dismissible status="success" onRemove={() => setSaved(false)} next={heading}>
          <p>{__('Settings saved.', 'fiko-woocommerce-sync')}</p>
        </Dismissible>
      )}
      <FailureNotice action={action} next={heading} />
      {result && <ResultNotice result={result} onRemove={() => setResult(null)} next={heading} />}
    </Section>
  );
}
