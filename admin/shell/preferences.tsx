import { ActionIcon, Button, useMantineColorScheme, useComputedColorScheme } from '@mantine/core';
import { IconMoon, IconSun } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, currentLanguage, LANGUAGES } from '../i18n/language';

export function LanguageSwitch() {
  useTranslation();
  const other = currentLanguage() === 'fa' ? 'en' : 'fa';
  return (
    <Button
      variant="default"
      size="compact-sm"
      flex="none"
      lang={other}
      onClick={() => void chooseLanguage(other)}
    >
      {LANGUAGES[other]}
    </Button>
  );
}

export function SchemeSwitch() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const dark = scheme === 'dark';
  return (
    <ActionIcon
      variant="default"
      size="md"
      aria-label={t(dark ? 'toLight' : 'toDark')}
      title={t(dark ? 'toLight' : 'toDark')}
      onClick={() => setColorScheme(dark ? 'light' : 'dark')}
    >
      {dark ? <IconSun size={18} /> : <IconMoon size={18} />}
    </ActionIcon>
  );
}
