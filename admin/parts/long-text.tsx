import { Anchor, Text } from '@mantine/core';
import { useId } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** Text in which nobody has to scroll: its first lines, the others when asked for. @param lines shown at first */
export function LongText({ text, lines = 3, size = 'sm' }: { text: string; lines?: number; size?: string }) {
  const { t } = useTranslation();
  const [whole, setWhole] = useState(false);
  const id = useId();
  // About what a line holds: a short text has nothing to open.
  const isLong = text.length > lines * 60 || text.split('\n').length > lines;
  return (
    <div>
      <Text
        id={id}
        size={size}
        component="div"
        lineClamp={isLong && !whole ? lines : undefined}
        style={{ overflowWrap: 'anywhere' }}
      >
        {text.split('\n').map((line, index) => (
          // Lines of two languages each have their direction.
          <div key={index} dir="auto">
            {line}
          </div>
        ))}
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
