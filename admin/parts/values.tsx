import { Badge, Button, Text, type MantineColor } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from './format';

const TICK_MS = 10_000;

/** A moment as how long ago it was; pointing at it shows when. */
export function Moment({ at, never = '—' }: { at: string | null | undefined; never?: string }) {
  const format = useFormat();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  if (!at) return <>{never}</>;
  return (
    <time dateTime={at} title={format.dateTime(at)}>
      {format.ago(at, Math.max(now, Date.now()))}
    </time>
  );
}

/** A price in the shop's currency. */
export function Money({ value, currency }: { value: string | null; currency: string | null }) {
  const format = useFormat();
  if (value === null) return <>—</>;
  return (
    <Text component="span" inherit className="nowrap">
      <bdi>{format.money(value)}</bdi>
      {currency ? ` ${currency}` : ''}
    </Text>
  );
}

/** Codes, ids and addresses: the same in any language. */
export function Code({ children }: { children: ReactNode }) {
  return (
    <Text component="span" ff="monospace" size="sm" className="ltr">
      {children}
    </Text>
  );
}

export type Tone = 'good' | 'waiting' | 'bad' | 'quiet';

const COLORS: Record<Tone, MantineColor> = { good: 'green', waiting: 'yellow', bad: 'red', quiet: 'gray' };

/** A state in a word and a color; the word alone says it. */
export function State({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <Badge
      color={COLORS[tone]}
      variant="light"
      c="var(--mantine-color-text)"
      tt="none"
      className={`state state-${tone}`}
    >
      {children}
    </Badge>
  );
}

interface CopyProps {
  text: string;
  label?: string;
  /** Where it stands: chosen for the person where the browser does not let us copy, as over plain http. */
  shownIn?: RefObject<HTMLElement | null>;
}

export function Copy({ text, label, shownIn }: CopyProps) {
  const { t } = useTranslation();
  const { copy, copied, error } = useClipboard();
  useEffect(() => {
    if (error && shownIn?.current) getSelection()?.selectAllChildren(shownIn.current);
  }, [error, shownIn]);
  return (
    <Button
      size="compact-sm"
      variant="default"
      flex="none"
      leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
      onClick={() => copy(text)}
      aria-live="polite"
    >
      {copied ? t('copied') : error ? t('copyByHand') : (label ?? t('copy'))}
    </Button>
  );
}
