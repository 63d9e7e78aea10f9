import { useCallback, useEffect, useRef, useState } from '@wordpress/element';
import { getOverview, tick } from './api';
import { failureOf, type Failure } from './failure';
import type { Overview } from './overview';
import { kindOfPoll, nextPoll } from './polling';

export interface Live {
  overview: Overview | null;
  /** Of the last look at how things stand; what is shown may be old. */
  failure: Failure | null;
  /** Looks now. */
  refresh: () => Promise<void>;
  /** Sends a change, and shows what it led to, unless another one was begun since. Rejects as the request does. */
  change: (request: () => Promise<Overview>) => Promise<Overview>;
}

/** How things stand, kept fresh while somebody looks. */
export function useOverview(): Live {
  const [overview, setOverview] = useState<Overview | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const latest = useRef<Overview | null>(null);
  const timer = useRef(0);
  const failures = useRef(0);
  const asking = useRef(false);
  /** Asked for while an answer was on its way that may be older. */
  const again = useRef(false);
  const changes = useRef(0);
  /** Of the change that was begun last. */
  const newest = useRef(0);
  /** Changes were under way together: which of the answers is the newest cannot be told. */
  const overlapping = useRef(false);
  /** Counts the changes begun and ended: an answer from before one of them is out of date. */
  const generation = useRef(0);
  const gone = useRef(false);

  const show = useCallback((next: Overview) => {
    latest.current = next;
    failures.current = 0;
    if (gone.current) return;
    setOverview(next);
    setFailure(null);
  }, []);

  const schedule = useCallback((tookMs: number) => {
    window.clearTimeout(timer.current);
    if (gone.current || changes.current > 0) return;
    const visible = document.visibilityState === 'visible';
    const next = nextPoll(latest.current, visible, failures.current, tookMs);
    if (next) timer.current = window.setTimeout(() => void ask(next.kind), next.inMs);
  }, []);

  const ask = useCallback(async (kind: 'tick' | 'look'): Promise<void> => {
    if (asking.current || changes.current > 0) return;
    window.clearTimeout(timer.current);
    asking.current = true;
    const started = Date.now();
    const before = generation.current;
    try {
      const next = await (kind === 'tick' ? tick() : getOverview());
      if (generation.current === before) show(next);
    } catch (error) {
      failures.current += 1;
      // A single lost request is no news.
      if (!gone.current && (latest.current === null || failures.current > 1)) setFailure(failureOf(error));
    } finally {
      asking.current = false;
      if (again.current) {
        again.current = false;
        void ask('look');
      } else {
        schedule(Date.now() - started);
      }
    }
  }, []);

  const refresh = useCallback(async () => {
    if (asking.current) again.current = true;
    else await ask('look');
  }, []);

  const change = useCallback(async (request: () => Promise<Overview>): Promise<Overview> => {
    if (changes.current > 0) overlapping.current = true;
    changes.current += 1;
    generation.current += 1;
    newest.current += 1;
    const own = newest.current;
    window.clearTimeout(timer.current);
    try {
      const next = await request();
      if (newest.current === own) show(next);
      return next;
    } finally {
      generation.current += 1;
      changes.current -= 1;
      if (changes.current === 0 && overlapping.current) {
        overlapping.current = false;
        void refresh();
      } else if (!asking.current) {
        schedule(0);
      }
    }
  }, []);

  useEffect(() => {
    gone.current = false;
    void ask('look');
    const onVisibility = () => {
      if (document.visibilityState !== 'visible') return;
      void ask(kindOfPoll(latest.current));
    };
    document.addEventListener('visibilitychange', onVisibility);
    return () => {
      gone.current = true;
      window.clearTimeout(timer.current);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, []);

  return { overview, failure, refresh, change };
}
