import { speak } from '@wordpress/a11y';
import { useCallback, useRef, useState } from '@wordpress/element';
import { failureOf, type Failure } from './failure';

export interface Action<Name extends string> {
  /** What is being done just now. */
  busy: Name | null;
  failure: Failure | null;
  clear: () => void;
  /** Does one thing at a time; a second click meanwhile is ignored. Tells whether it was done. */
  run: (name: Name, work: () => Promise<unknown>, done?: string) => Promise<boolean>;
}

export function useAction<Name extends string>(): Action<Name> {
  const [busy, setBusy] = useState<Name | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const running = useRef(false);

  const run = useCallback(async (name: Name, work: () => Promise<unknown>, done?: string) => {
    if (running.current) return false;
    running.current = true;
    setBusy(name);
    setFailure(null);
    try {
      await work();
      if (done !== undefined) speak(done, 'polite');
      return true;
    } catch (error) {
      setFailure(failureOf(error));
      return false;
    } finally {
      running.current = false;
      setBusy(null);
    }
  }, []);

  const clear = useCallback(() => setFailure(null), []);
  return { busy, failure, clear, run };
}

/** Where what had the focus went away with an action, the keyboard goes on from `target` and not from the page's top. */
export function keepFocus(target: { current: HTMLElement | null }): void {
  // What the action changed is drawn by then.
  window.setTimeout(() => {
    if (document.activeElement === null || document.activeElement === document.body) target.current?.focus();
  }, 50);
}
