import { createTheme, localStorageColorSchemeManager, type CSSVariablesResolver } from '@mantine/core';

const FONT = "Vazirmatn, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";

export const theme = createTheme({
  primaryColor: 'cyan',
  // Dark enough for white text of 4.5 to 1 on it.
  primaryShade: 9,
  autoContrast: true,
  fontFamily: FONT,
  headings: { fontFamily: FONT, fontWeight: '650' },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
});

/** Quiet text, hints in fields, words of errors and of states with a contrast of 4.5 to 1, which the library's own lack. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#5c656d',
    '--mantine-color-placeholder': '#6b747c',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    '--mantine-color-green-light-color': '#1e6b2e',
    '--mantine-color-yellow-light-color': '#854600',
  },
  dark: {
    '--mantine-color-dimmed': '#a6a7ab',
    '--mantine-color-placeholder': '#96979b',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
  },
});

export const colorSchemeManager = localStorageColorSchemeManager({ key: 'fiko-color-scheme' });
