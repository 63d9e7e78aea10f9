/**
 * What the admin pages use of the scripts that come with WordPress, from 6.0 on. They are not packages here: the build
 * takes them from `window.wp`. Only what all these versions have is declared.
 */

declare namespace JSX {
  interface Element {
    readonly type: unknown;
    readonly props: unknown;
    readonly key: string | null;
  }
  type Node = Element | string | number | boolean | null | undefined | readonly Node[];
  interface ElementChildrenAttribute {
    children: unknown;
  }
  interface IntrinsicAttributes {
    key?: string | number;
  }

  interface Aria {
    role?: string;
    'aria-busy'?: boolean;
    'aria-describedby'?: string | undefined;
    'aria-disabled'?: boolean;
    'aria-expanded'?: boolean;
    'aria-hidden'?: boolean;
    'aria-invalid'?: boolean;
    'aria-label'?: string;
    'aria-labelledby'?: string;
  }
  interface Html<Target extends HTMLElement = HTMLElement> extends Aria {
    key?: string | number;
    children?: Node;
    ref?: { current: Target | null };
    id?: string;
    className?: string;
    dir?: 'ltr' | 'rtl' | 'auto';
    hidden?: boolean;
    tabIndex?: number;
    title?: string;
    'data-field'?: string;
  }
  interface IntrinsicElements {
    a: Html<HTMLAnchorElement> & { href: string };
    bdi: Html;
    caption: Html;
    dd: Html;
    details: Html<HTMLDetailsElement> & { open?: boolean };
    div: Html<HTMLDivElement>;
    dl: Html;
    dt: Html;
    form: Html<HTMLFormElement> & { noValidate?: boolean; onSubmit?: (event: Event) => void };
    h2: Html<HTMLHeadingElement>;
    label: Html & { htmlFor: string };
    li: Html;
    ol: Html;
    p: Html<HTMLParagraphElement>;
    progress: Html & { max?: number; value?: number };
    span: Html;
    strong: Html;
    summary: Html;
    table: Html;
    tbody: Html;
    td: Html;
    th: Html & { scope?: 'col' | 'row' };
    thead: Html;
    time: Html & { dateTime: string };
    tr: Html;
  }
}

declare module '@wordpress/element' {
  type Component<Props> = (props: Props) => JSX.Element | null;
  export function createElement<Props>(
    type: string | Component<Props>,
    props: Props | null,
    ...children: JSX.Node[]
  ): JSX.Element;
  export const Fragment: Component<{ children?: JSX.Node }>;
  export function useState<Value>(
    initial: Value | (() => Value),
  ): [Value, (next: Value | ((previous: Value) => Value)) => void];
  export function useEffect(effect: () => void | (() => void), dependencies?: readonly unknown[]): void;
  export function useRef<Value>(initial: Value): { current: Value };
  export function useCallback<Callback>(callback: Callback, dependencies: readonly unknown[]): Callback;
  /** From WordPress 6.2 on. */
  export const createRoot: undefined | ((container: Element) => { render(element: JSX.Element): void });
  /** Before that. */
  export const render: undefined | ((element: JSX.Element, container: Element) => void);
}

declare module '@wordpress/components' {
  interface ButtonProps extends JSX.Aria {
    children?: JSX.Node;
    ref?: { current: HTMLButtonElement | null };
    variant?: 'primary' | 'secondary' | 'link';
    type?: 'button' | 'submit';
    className?: string;
    isBusy?: boolean;
    isDestructive?: boolean;
    onClick?: () => void;
    __next40pxDefaultSize?: boolean;
  }
  export function Button(props: ButtonProps): JSX.Element;

  interface TextControlProps extends JSX.Aria {
    label: string;
    help?: JSX.Node;
    value: string;
    onChange: (value: string) => void;
    type?: 'text' | 'url' | 'password';
    className?: string;
    dir?: 'ltr' | 'rtl' | 'auto';
    disabled?: boolean;
    placeholder?: string;
    autoComplete?: string;
    spellCheck?: boolean;
    __nextHasNoMarginBottom?: boolean;
    __next40pxDefaultSize?: boolean;
  }
  export function TextControl(props: TextControlProps): JSX.Element;

  interface ToggleControlProps {
    label: string;
    help?: JSX.Node;
    checked: boolean;
    onChange: (checked: boolean) => void;
    __nextHasNoMarginBottom?: boolean;
  }
  export function ToggleControl(props: ToggleControlProps): JSX.Element;

  interface NoticeProps {
    children?: JSX.Node;
    status?: 'success' | 'info' | 'warning' | 'error';
    isDismissible?: boolean;
    onRemove?: () => void;
    className?: string;
    /** What a screen reader says when this text changes; by default, all that the notice shows. */
    spokenMessage?: string;
    politeness?: 'polite' | 'assertive';
  }
  export function Notice(props: NoticeProps): JSX.Element;

  interface CardProps {
    children?: JSX.Node;
    className?: string;
  }
  export function Card(props: CardProps): JSX.Element;
  export function CardHeader(props: CardProps): JSX.Element;
  export function CardBody(props: CardProps): JSX.Element;

  export function Spinner(props: object): JSX.Element;

  interface ModalProps {
    children?: JSX.Node;
    title: string;
    onRequestClose: () => void;
    className?: string;
  }
  export function Modal(props: ModalProps): JSX.Element;
}

declare module '@wordpress/i18n' {
  export function __(text: string, domain: string): string;
  export function _n(single: string, plural: string, number: number, domain: string): string;
  export function sprintf(format: string, ...values: (string | number)[]): string;
}

declare module '@wordpress/api-fetch' {
  interface Request {
    path: string;
    method?: 'GET' | 'POST';
    data?: object;
  }
  export default function apiFetch<Answer>(request: Request): Promise<Answer>;
}

declare module '@wordpress/a11y' {
  export function speak(message: string, politeness?: 'polite' | 'assertive'): void;
}

declare module '@wordpress/dom-ready' {
  export default function domReady(callback: () => void): void;
}
