import { Alert, createTheme, localStorageColorSchemeManager, type CSSVariablesResolver } from '@mantine/core';

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
  components: {
    // The color of an alert is too pale for its title.
    Alert: Alert.extend({ styles: { title: { color: 'var(--mantine-color-text)' } } }),
  },
});

/** Mantine's own quiet colors are too pale for text: these have 4.5 to 1 on all that text stands on. */
const QUIET = { light: '#5c636a', dark: '#b0b0b0' };
const quiet = (color: string) => ({ '--mantine-color-dimmed': color, '--mantine-color-placeholder': color });

/** So have the words of errors and of states. */
export const cssVariablesResolver: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...quiet(QUIET.light),
    '--mantine-color-error': 'var(--mantine-color-red-9)',
    '--mantine-color-green-light-color': '#1c6129',
    '--mantine-color-yellow-light-color': '#8a3f00',
  },
  dark: { ...quiet(QUIET.dark), '--mantine-color-error': '#ff8787' },
});

export const colorSchemeManager = localStorageColorSchemeManager({ key: 'fiko-color-scheme' });
