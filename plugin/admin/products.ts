import { speak } from '@wordpress/a11y';
import domReady from '@wordpress/dom-ready';
import { __ } from '@wordpress/i18n';
import { productStatus, productSync } from './api';
import { failureOf } from './failure';
import type { ProductStatus } from './overview';
import { idsToAsk, nextQuestion } from './waiting';

/**
 * The column of the products list. PHP has printed it; this keeps it fresh. Whatever fails here, what was printed
 * stays, and the links work as links.
 */

const CELL = '.fiko-state[data-fiko-id]';
const LINK = 'a.fiko-sync-now[data-fiko-id]';
/** Why it could not be sent when it was asked for. */
const SYNC_NOTE = 'fiko-sync-note';

function span(className: string, text: string, isHeard: boolean): HTMLSpanElement {
  const element = document.createElement('span');
  if (!isHeard) element.setAttribute('aria-hidden', 'true');
  element.className = className;
  element.textContent = text;
  return element;
}

const idOf = (element: HTMLElement): number => Number(element.dataset.fikoId);

function watchList(list: HTMLElement): void {
  /** Those that the person asked to sync: their end is said aloud. */
  const asked = new Set<number>();
  let warned = false;
  let timer = 0;
  let questions = 0;
  let waitingSince = 0;
  let asking = false;
  let missed: number[] = [];

  const cells = (): HTMLElement[] => [...list.querySelectorAll<HTMLElement>(CELL)];
  const waiting = (): number[] =>
    cells()
      .filter((cell) => cell.dataset.fikoState === 'waiting')
      .map(idOf);

  const warn = (error: unknown): void => {
    if (warned) return;
    warned = true;
    console.warn('Fiko: the products’ states could not be refreshed.', error);
  };

  const draw = (status: ProductStatus): void => {
    for (const cell of cells().filter((one) => idOf(one) === status.id)) {
      const { state, icon, text, note } = status;
      // A cell in place of the cell: of what is put into the page, WordPress excludes from its pictures only what is
      // inside, and not what was put there itself.
      const next = cell.cloneNode() as HTMLElement;
      next.className = `fiko-state fiko-state--${state}`;
      next.dataset.fikoState = state;
      next.title = text;
      next.append(span('wp-exclude-emoji', icon, false));
      next.append(note ? span('fiko-state-note', note, true) : span('screen-reader-text', text, true));
      cell.replaceWith(next);
    }
    if (asked.has(status.id) && status.state !== 'waiting') {
      asked.delete(status.id);
      say(status);
    }
  };

  const nameOf = (id: number): string =>
    cells()
      .find((cell) => idOf(cell) === id)
      ?.closest('tr')
      ?.querySelector('.row-title')
      ?.textContent?.trim() ?? '';

  const say = (status: ProductStatus): void => speak(`${nameOf(status.id)}: ${status.text}`, 'polite');

  /** What is wrong, where it was asked for. */
  const tell = (id: number, text: string): void => {
    for (const cell of cells().filter((one) => idOf(one) === id)) {
      const parent = cell.parentElement;
      parent?.querySelectorAll(`.${SYNC_NOTE}`).forEach((before) => before.remove());
      if (text) parent?.append(span(SYNC_NOTE, text, true));
    }
  };

  const schedule = (): void => {
    window.clearTimeout(timer);
    if (document.visibilityState !== 'visible' || waiting().length === 0) return;
    const inMs = nextQuestion(questions, Date.now() - waitingSince);
    if (inMs === null) return;
    timer = window.setTimeout(() => {
      questions += 1;
      void ask(waiting());
    }, inMs);
  };

  /** Begins with short delays again: something has just changed. */
  const watch = (): void => {
    questions = 0;
    waitingSince = Date.now();
    schedule();
  };

  const ask = async (ids: number[]): Promise<void> => {
    const wanted = idsToAsk(ids);
    if (wanted.length === 0) return;
    if (asking) {
      missed.push(...wanted);
      return;
    }
    asking = true;
    try {
      (await productStatus(wanted)).forEach(draw);
    } catch (error) {
      warn(error);
    } finally {
      asking = false;
      schedule();
    }
    if (missed.length > 0) {
      const next = missed;
      missed = [];
      await ask(next);
    }
  };

  const syncNow = async (link: HTMLAnchorElement): Promise<void> => {
    const id = idOf(link);
    if (link.getAttribute('aria-disabled') === 'true') return;
    link.setAttribute('aria-disabled', 'true');
    tell(id, '');
    speak(__('Sending to Fiko…', 'fiko-woocommerce-sync'), 'polite');
    try {
      const statuses = await productSync([id]);
      asked.add(id);
      statuses.forEach(draw);
      // One that waits is told of when it is decided.
      statuses.filter(({ state }) => state === 'waiting').forEach(say);
      watch();
    } catch (error) {
      const failure = failureOf(error);
      if (failure.answered) {
        tell(id, failure.message);
        speak(failure.message, 'assertive');
      } else {
        // Where the REST API is blocked, the page without scripts still does it.
        warn(error);
        window.location.assign(link.href);
      }
    } finally {
      link.removeAttribute('aria-disabled');
    }
  };

  list.addEventListener('click', (event) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>(LINK) : null;
    if (!link) return;
    event.preventDefault();
    void syncNow(link);
  });

  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void ask(waiting());
    else window.clearTimeout(timer);
  });

  // Quick edit puts a new row in the place of the old one.
  new MutationObserver((mutations) => {
    const ids = mutations
      .flatMap(({ addedNodes }) => [...addedNodes])
      .filter((node): node is HTMLElement => node instanceof HTMLElement)
      .flatMap((row) => [...row.querySelectorAll<HTMLElement>(CELL)])
      .map(idOf);
    if (ids.length === 0) return;
    watch();
    void ask(ids);
  }).observe(list, { childList: true });

  watch();
  void ask(cells().map(idOf));
}

domReady(() => {
  const list = document.getElementById('the-list');
  if (list) watchList(list);
});
