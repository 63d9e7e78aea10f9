import { createTheme, localStorageColorSchemeManager } from '@mantine/core';

const FONT = "Vazirmatn, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

export const theme = createTheme({
  primaryColor: 'cyan',
  // Light enough on dark, and dark enough on light, for text of 4.5 to 1.
  primaryShade: { light: 9, dark: 8 },
  autoContrast: true,
  fontFamily: FONT,
  headings: { fontFamily: FONT, fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
});

export const colorSchemeManager = localStorageColorSchemeManager({ key: 'fiko-color-scheme' });
