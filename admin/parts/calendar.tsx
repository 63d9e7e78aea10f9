import '@daypicker/react/style.css';
import { DayPicker as PersianDayPicker } from '@daypicker/persian';
import { DayPicker } from '@daypicker/react';
import { currentLanguage } from '../i18n/language';

interface CalendarProps {
  chosen: Date | undefined;
  choose: (day: Date | undefined) => void;
}

/** A month: Jalali in Persian, Gregorian in English. */
export default function Calendar({ chosen, choose }: CalendarProps) {
  const settings = {
    mode: 'single',
    selected: chosen,
    defaultMonth: chosen ?? new Date(),
    onSelect: choose,
    disabled: { after: new Date() },
    autoFocus: true,
  } as const;
  return currentLanguage() === 'fa' ? <PersianDayPicker {...settings} /> : <DayPicker {...settings} />;
}
