import { Code, Group, ScrollArea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Copy } from './values';

/** JSON that people can read and copy. @param text as it came: parsed, long numbers would lose digits */
export function JsonView({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  return (
    <div>
      <Group justify="flex-end" mb={4}>
        <Copy text={text} label={t('copyJson')} />
      </Group>
      <ScrollArea.Autosize mah={420} viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': label }}>
        <Code block dir="ltr" className="json">
          {text}
        </Code>
      </ScrollArea.Autosize>
    </div>
  );
}
