import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/client';

/** What went wrong, and what to do, for a person. */
export function useMessage(): (error: unknown) => string {
  const { t } = useTranslation();
  return (error) => {
    if (!(error instanceof ApiError)) return t('errorUnknown');
    if (error.status === 0) return t('errorUnreachable');
    const fields = error.fields.map(({ message }) => message).join(' ');
    return [fields || error.message, error.status >= 500 ? t('errorServer') : ''].filter(Boolean).join(' ');
  };
}

/** The server's word on each field of a form, as Mantine's forms take it. */
export function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return {};
  return Object.fromEntries(error.fields.map(({ field, message }) => [field, message]));
}
