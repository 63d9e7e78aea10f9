import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ScopeSelect, useScope } from '../shell/scope';
import { usePerson } from '../shell/session';
import { EmptyState } from './states';

/** For what belongs to one user at a time: staff choose whose first. @param children for the `user_id` to ask with */
export function Whose({ children }: { children: (userId: number) => ReactNode }) {
  const { t } = useTranslation();
  const person = usePerson();
  const { userId } = useScope();
  if (!person.is_staff) return children(person.id);
  if (userId !== undefined) return children(userId);
  return (
    <EmptyState text={t('chooseUserHint')}>
      <ScopeSelect />
    </EmptyState>
  );
}
