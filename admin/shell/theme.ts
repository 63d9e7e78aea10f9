import { createTheme, localStorageColorSchemeManager, type CSSVariablesResolver } from '@mantine/core';

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

/** Mantine's own quiet colors are too pale for text: these have 4.5 to 1 on all that text stands on. */
const QUIET = { light: '#5c636a', dark: '#b0b0b0' };
const quiet = (color: string) => ({ '--mantine-color-dimmed': color, '--mantine-color-placeholder': color });

/** Nor can text of a color be read on the pale shade of it, or the red of what is typed wrongly on dark. */
const ON_PALE = {
  '--mantine-color-green-light-color': '#1c6129',
  '--mantine-color-yellow-light-color': '#8a3f00',
};

export const themeVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: { ...quiet(QUIET.light), ...ON_PALE },
  dark: { ...quiet(QUIET.dark), '--mantine-color-error': '#ff8787' },
});
