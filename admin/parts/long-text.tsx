import { Anchor, Text } from '@mantine/core';
import { useId } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { directionOf } from '../i18n/language';

/** About what a line holds: a short text has nothing to open. */
const LINE = 60;

/** Text in which nobody has to scroll: its first lines, the others when asked for. @param lines shown at first */
export function LongText({ text, lines = 3 }: { text: string; lines?: number }) {
  const { t, i18n } = useTranslation();
  const [whole, setWhole] = useState(false);
  const id = useId();
  const dense = text.replace(/\n\s*\n/g, '\n');
  const isLong = dense.length > lines * LINE || dense.split('\n').length > lines;
  return (
    <div>
      <Text
        id={id}
        size="sm"
        component="div"
        dir="auto"
        // Each text reads in its own direction, and begins where the others of the page do.
        ta={directionOf(i18n.language) === 'rtl' ? 'right' : 'left'}
        lineClamp={isLong && !whole ? lines : undefined}
        style={{ whiteSpace: 'pre-line', overflowWrap: 'anywhere' }}
      >
        {dense}
      </Text>
      {isLong && (
        <Anchor
          component="button"
          type="button"
          size="xs"
          aria-expanded={whole}
          aria-controls={id}
          onClick={() => setWhole(!whole)}
        >
          {t(whole ? 'showLess' : 'showAll')}
        </Anchor>
      )}
    </div>
  );
}
