import { createContext, useContext, useMemo, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'wouter';
import { SCOPE } from '../api/queries';
import { UserSelect } from '../parts/user-select';
import { usePerson } from './session';

interface Scope {
  /** Whose rows staff want to see; undefined for all, and for people who see their own anyway. */
  userId: number | undefined;
  choose: (userId: number | undefined) => void;
}

const Current = createContext<Scope>({ userId: undefined, choose: () => undefined });
/** What an address says that is of one scope only. */
const OF_ONE = ['page', 'store_id'] as const;

export const useScope = (): Scope => useContext(Current);

export function ScopeProvider({ children }: { children: ReactNode }) {
  const { is_staff: isStaff } = usePerson();
  const [userId, setUserId] = useState<number | undefined>(
    () => Number(sessionStorage.getItem(SCOPE)) || undefined,
  );
  const [, setParameters] = useSearchParams();
  const scope = useMemo<Scope>(
    () => ({
      userId: isStaff ? userId : undefined,
      choose(chosen) {
        if (chosen === undefined) sessionStorage.removeItem(SCOPE);
        else sessionStorage.setItem(SCOPE, String(chosen));
        setUserId(chosen);
        if (chosen === userId) return;
        setParameters(
          (before) => {
            const after = new URLSearchParams(before);
            for (const name of OF_ONE) after.delete(name);
            return after;
          },
          { replace: true },
        );
      },
    }),
    [isStaff, userId, setParameters],
  );
  return <Current value={scope}>{children}</Current>;
}

/** Staff choose whose shops they look at. @param clearable whether "all" may be chosen */
export function ScopeSelect({ clearable = true }: { clearable?: boolean }) {
  const { t } = useTranslation();
  const { userId, choose } = useScope();
  return (
    <UserSelect
      userId={userId}
      choose={choose}
      aria-label={t('scope')}
      placeholder={t('allUsers')}
      clearable={clearable}
      clearButtonProps={{ 'aria-label': t('allUsers') }}
      w={{ base: '100%', xs: 230 }}
    />
  );
}
