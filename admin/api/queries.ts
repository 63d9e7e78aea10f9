import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './client';

export const SESSION = ['session'] as const;

/** Whom this tab was last used by; outlives a reload. */
const LAST = 'fiko-person';
/** Whose shops staff chose to look at in this tab. */
export const SCOPE = 'fiko-scope';

/** How often lists that live ask again, in milliseconds. */
export const LIVE_MS = 3000;

const ATTEMPTS = 2;

/** An answer that tells of the end of the session ends it everywhere. */
const endSession = (error: unknown) => {
  if (error instanceof ApiError && error.status === 401) queries.setQueryData(SESSION, null);
};

export const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({ onError: endSession }),
  mutationCache: new MutationCache({ onError: endSession }),
  defaultOptions: {
    // What was sent and answered may be a secret: it goes with who asked.
    mutations: { gcTime: 0 },
    queries: {
      staleTime: 5000,
      // What the server refused it will refuse again; what did not reach it may.
      retry: (failures, error) =>
        failures < ATTEMPTS && !(error instanceof ApiError && error.status > 0 && error.status < 500),
    },
  },
});

/** Nothing of one person is there for the next. */
function forget(): void {
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });
  queries.getMutationCache().clear();
  sessionStorage.removeItem(SCOPE);
}

/** The server says who is logged in: it may be somebody else, by another tab. */
export function meetPerson({ id }: { id: number }): void {
  const last = sessionStorage.getItem(LAST);
  if (last !== null && last !== String(id)) forget();
  sessionStorage.setItem(LAST, String(id));
}

/** Somebody else, or nobody, is logged in from now on. */
export function changePerson(person: { id: number } | null): void {
  forget();
  if (person) meetPerson(person);
  queries.setQueryData(SESSION, person);
}
