import { Initial1790000000000 } from './1790000000000-initial';
import { ServerMode1790000000001 } from './1790000000001-server-mode';

/** In the order in which they run. Named one by one: a glob finds different files in dist and in tests. */
export const MIGRATIONS = [Initial1790000000000, ServerMode1790000000001];
