import '@daypicker/react/style.css';
import { DayPicker as PersianDayPicker } from '@daypicker/persian';
import { DayPicker } from '@daypicker/react';
import type { CSSProperties } from 'react';
import { currentLanguage } from '../i18n/language';

interface CalendarProps {
  chosen: Date | undefined;
  choose: (day: Date) => void;
  /** Which days can be chosen: those that have come, or those to come; of both, today. */
  days?: 'past' | 'future';
}

/** A month: Jalali in Persian, Gregorian in English. */
export default function Calendar({ chosen, choose, days = 'past' }: CalendarProps) {
  const settings = {
    mode: 'single',
    selected: chosen,
    defaultMonth: chosen ?? new Date(),
    // A click on the chosen day chooses it again: only a button of its own takes it away.
    onSelect: (day: Date | undefined, clicked: Date) => choose(day ?? clicked),
    disabled: days === 'past' ? { after: new Date() } : { before: new Date() },
    autoFocus: true,
    // Its own is too dark on dark.
    style: {
      '--rdp-accent-color': 'var(--mantine-color-anchor)',
      '--rdp-accent-background-color': 'var(--mantine-color-default-hover)',
    } as CSSProperties,
  } as const;
  return currentLanguage() === 'fa' ? <PersianDayPicker {...settings} /> : <DayPicker {...settings} />;
}
