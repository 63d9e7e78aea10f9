import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMessage } from './message';

interface Question {
  title: string;
  /** What will happen, and whether it can be undone. */
  text: string;
  /** The verb on the button. */
  action: string;
  dangerous?: boolean;
}

/** Asks before something is done; resolves to whether it shall be. */
export function useConfirm(): (question: Question) => Promise<boolean> {
  const { t } = useTranslation();
  return ({ title, text, action, dangerous = true }) =>
    new Promise((resolve) => {
      modals.openConfirmModal({
        title,
        children: <Text size="sm">{text}</Text>,
        labels: { confirm: action, cancel: t('cancel') },
        confirmProps: dangerous ? { color: 'red' } : {},
        closeButtonProps: { 'aria-label': t('close') },
        onConfirm: () => resolve(true),
        onCancel: () => resolve(false),
        onClose: () => resolve(false),
      });
    });
}

/**
 * Something to do on the server: says how it went, and has what it changes read again.
 * @param said what to tell the person once it is done; null for nothing
 * @param changes beginnings of the query keys that are no longer true
 * @param showsErrors whether the caller shows what went wrong, where it belongs: a form at its fields
 */
export function useAction<V, R>(
  perform: (value: V) => Promise<R>,
  {
    said,
    changes,
    showsErrors = false,
  }: {
    said: ((result: R, value: V) => string) | null;
    changes: readonly string[];
    showsErrors?: boolean;
  },
) {
  const queries = useQueryClient();
  const { t } = useTranslation();
  const messageOf = useMessage();
  const tell = (color: string, message: string, autoClose: number) =>
    notifications.show({ color, message, autoClose, closeButtonProps: { 'aria-label': t('close') } });
  return useMutation({
    mutationFn: perform,
    onSuccess: async (result, value) => {
      if (said) tell('green', said(result, value), 5000);
      await Promise.all(changes.map((key) => queries.invalidateQueries({ queryKey: [key] })));
    },
    onError: (error) => {
      if (!showsErrors) tell('red', messageOf(error), 10_000);
    },
  });
}
