import { Button, Card, CardBody, CardHeader, Modal, Notice } from '@wordpress/components';
import { createElement } from '@wordpress/element';
import { __ } from '@wordpress/i18n';
import { dateTime, directionOf, when } from './format';
import { keepFocus, type Action } from './use-action';

interface SectionProps {
  title: string;
  /** Of the heading, which takes the focus where what had it is gone. */
  heading?: { current: HTMLHeadingElement | null };
  wide?: boolean;
  children?: JSX.Node;
}

export function Section({ title, heading, wide = false, children }: SectionProps): JSX.Element {
  return (
    <Card className={wide ? 'fiko-card fiko-card--wide' : 'fiko-card'}>
      <CardHeader>
        <h2 tabIndex={-1} {...(heading ? { ref: heading } : {})}>
          {title}
        </h2>
      </CardHeader>
      <CardBody>{children}</CardBody>
    </Card>
  );
}

/**
 * Beside words that say the same. The second class keeps WordPress from putting an image in the place of the text,
 * which would take it out of the hands of what draws this page.
 */
export function Icon({ children }: { children: string }): JSX.Element {
  return (
    <span className="fiko-icon wp-exclude-emoji" aria-hidden={true}>
      {children}
    </span>
  );
}

interface ActionButtonProps {
  children?: JSX.Node;
  label?: string;
  variant?: 'primary' | 'secondary' | 'link';
  type?: 'button' | 'submit';
  isDestructive?: boolean;
  busy?: boolean;
  /** Something else is being done, or it cannot be done now. */
  off?: boolean;
  describedBy?: string | undefined;
  /** Of a button that shows and hides something. */
  expanded?: boolean;
  onClick?: () => void;
  button?: { current: HTMLButtonElement | null };
}

/** A button that keeps the focus while it works: one that is `disabled` would lose it. */
export function ActionButton(props: ActionButtonProps): JSX.Element {
  const { busy = false, off = false, variant = 'secondary', type = 'button' } = props;
  const idle = !busy && !off;
  return (
    <Button
      variant={variant}
      type={type}
      isBusy={busy}
      isDestructive={props.isDestructive ?? false}
      aria-disabled={!idle}
      {...(variant === 'link' ? {} : { __next40pxDefaultSize: true })}
      {...(props.label === undefined ? {} : { 'aria-label': props.label })}
      {...(props.describedBy === undefined ? {} : { 'aria-describedby': props.describedBy })}
      {...(props.expanded === undefined ? {} : { 'aria-expanded': props.expanded })}
      {...(props.button ? { ref: props.button } : {})}
      {...(props.onClick ? { onClick: () => idle && props.onClick?.() } : {})}
    >
      {props.children}
    </Button>
  );
}

/** What a server says may be in another language than the page, and so in another direction. */
export function Words({ text }: { text: string }): JSX.Element {
  return <bdi dir={directionOf(text)}>{text}</bdi>;
}

export function Sentence({ text }: { text: string }): JSX.Element | null {
  return text === '' ? null : (
    <p>
      <Words text={text} />
    </p>
  );
}

interface DismissibleProps {
  status: 'success' | 'error';
  onRemove: () => void;
  /** Takes the focus, which was on the notice's button. */
  next: { current: HTMLElement | null };
  spokenMessage?: string;
  children?: JSX.Node;
}

export function Dismissible({ onRemove, next, ...props }: DismissibleProps): JSX.Element {
  return (
    <Notice
      {...props}
      className="fiko-notice"
      onRemove={() => {
        onRemove();
        keepFocus(next);
      }}
    />
  );
}

interface FailureProps {
  action: Pick<Action<string>, 'failure' | 'clear'>;
  next: DismissibleProps['next'];
}

export function FailureNotice({ action: { failure, clear }, next }: FailureProps): JSX.Element | null {
  if (!failure) return null;
  return (
    <Dismissible status="error" onRemove={clear} next={next}>
      <Sentence text={failure.message} />
    </Dismissible>
  );
}

/** A moment as people say it, with the exact one for those who want it. */
export function Moment({ at }: { at: number }): JSX.Element {
  return (
    <time dateTime={new Date(at * 1000).toISOString()} title={dateTime(at)}>
      {when(at)}
    </time>
  );
}

interface ConfirmProps {
  title: string;
  confirm: string;
  isDestructive?: boolean;
  onConfirm: () => void;
  onCancel: () => void;
  children?: JSX.Node;
}

export function Confirm({ title, confirm, isDestructive, onConfirm, onCancel, children }: ConfirmProps) {
  return (
    <Modal title={title} onRequestClose={onCancel} className="fiko-confirm">
      {children}
      <div className="fiko-actions">
        <ActionButton variant="primary" isDestructive={isDestructive ?? false} onClick={onConfirm}>
          {confirm}
        </ActionButton>
        <ActionButton onClick={onCancel}>{__('Cancel', 'fiko-woocommerce-sync')}</ActionButton>
      </div>
    </Modal>
  );
}

interface ProgressProps {
  id: string;
  label: string;
  done: number;
  /** 0: not known yet. */
  total: number;
  children?: JSX.Node;
}

export function Progress({ id, label, done, total, children }: ProgressProps): JSX.Element {
  return (
    <div className="fiko-progress">
      <label htmlFor={id}>{label}</label>
      <progress
        id={id}
        aria-describedby={`${id}-text`}
        {...(total > 0 ? { max: total, value: Math.min(done, total) } : {})}
      />
      <p id={`${id}-text`} className="fiko-progress__text">
        {children}
      </p>
    </div>
  );
}
