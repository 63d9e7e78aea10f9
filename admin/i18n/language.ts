import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { resources } from './resources';

export const LANGUAGES = { fa: 'فارسی', en: 'English' } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = 'fiko-language';
const isLanguage = (value: string | null | undefined): value is Language => !!value && value in LANGUAGES;

/** Persian where the person has not chosen: the first users are Persian shops. */
function preferred(): Language {
  const chosen = localStorage.getItem(KEY);
  return isLanguage(chosen) ? chosen : 'fa';
}

export const directionOf = (language: string): 'rtl' | 'ltr' => (language === 'fa' ? 'rtl' : 'ltr');

/** The language the panel speaks now, also to the server. */
export const currentLanguage = (): Language => (isLanguage(i18next.language) ? i18next.language : 'fa');

export function startLanguage(): i18n {
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
  });
  void i18next.use(initReactI18next).init({
    lng: preferred(),
    fallbackLng: false,
    resources,
    defaultNS: 'common',
    // React escapes what it shows.
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  return i18next;
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  await i18next.changeLanguage(language);
}
