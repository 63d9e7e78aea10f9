import { Badge, CopyButton, Button, Text, type MantineColor } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
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

export function Copy({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation();
  return (
    <CopyButton value={text} timeout={2000}>
      {({ copied, copy }) => (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
          onClick={copy}
          aria-live="polite"
        >
          {copied ? t('copied') : (label ?? t('copy'))}
        </Button>
      )}
    </CopyButton>
  );
}
