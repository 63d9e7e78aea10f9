import { useQuery } from '@tanstack/react-query';
import { ApiError, api, type Schemas } from '../../api/client';

type Ready = Schemas['ReadyDto'];

const ASK_EVERY_MS = 10_000;

/** What the server says of itself; also where it says, with 503, that it cannot serve. */
async function readReadiness(): Promise<Ready> {
  const { data, error } = await api.GET('/health/ready');
  const said = data ?? error;
  if (typeof said !== 'object' || !said.checks) throw new ApiError(0, 'unreachable', '');
  return said;
}

/** Null where it is not known, or not for this person. */
export function useReadiness(enabled: boolean): Ready | null {
  const { data } = useQuery({
    queryKey: ['dashboard', 'readiness'],
    queryFn: readReadiness,
    enabled,
    refetchInterval: ASK_EVERY_MS,
    retry: false,
  });
  return data ?? null;
}
