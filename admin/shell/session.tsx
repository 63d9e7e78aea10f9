import { useMutation, useQuery } from '@tanstack/react-query';
import { createContext, useContext, type ReactNode } from 'react';
import { answer, api, ApiError, type Schemas } from '../api/client';
import { changePerson, meetPerson, SESSION } from '../api/queries';
import { ErrorState, LoadingState } from '../parts/states';
import { Login } from './login';

type Person = Schemas['SessionDto']['user'];

const Current = createContext<Person | null>(null);

/** Who is logged in. Only below {@link SessionGate}. */
export function usePerson(): Person {
  const person = useContext(Current);
  if (!person) throw new Error('nobody is logged in here');
  return person;
}

async function readSession(): Promise<Person | null> {
  try {
    const { user } = await answer(api.GET('/api/v1/auth/session/'));
    meetPerson(user);
    return user;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Shows the login to whom nobody knows yet, and to all others what is theirs. */
export function SessionGate({ children }: { children: ReactNode }) {
  const { data, error, isPending, refetch } = useQuery({
    queryKey: SESSION,
    queryFn: readSession,
    staleTime: 60_000,
    // In another tab somebody else may have logged in meanwhile.
    refetchOnWindowFocus: 'always',
  });
  if (isPending) return <LoadingState />;
  if (error && data === undefined) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!data) return <Login />;
  return (
    <Current key={data.id} value={data}>
      {children}
    </Current>
  );
}

export function useLogIn() {
  return useMutation({
    mutationFn: ({ login, password }: { login: string; password: string }) =>
      answer(
        api.POST('/api/v1/auth/session/', {
          body: login.includes('@') ? { email: login, password } : { username: login, password },
        }),
      ),
    onSuccess: ({ user }) => changePerson(user),
  });
}

export function useLogOut() {
  return useMutation({
    mutationFn: () => answer(api.DELETE('/api/v1/auth/session/')),
    onSuccess: () => changePerson(null),
  });
}
