import { Initial1790000000000 } from './1790000000000-initial';
import { ServerMode1790000000001 } from './1790000000001-server-mode';
import { Generations1790000000002 } from './1790000000002-generations';
import { Search1790000000003 } from './1790000000003-search';
import { Variations1790000000004 } from './1790000000004-variations';
import { LimitsSignatures1790000000005 } from './1790000000005-limits-signatures';
import { Reconciliation1790000000006 } from './1790000000006-reconciliation';
import { SessionsAudit1790000000007 } from './1790000000007-sessions-audit';
import { Traces1790000000008 } from './1790000000008-traces';
import { Insight1790000000009 } from './1790000000009-insight';
import { EndedEvents1790000000010 } from './1790000000010-ended-events';
import { PayloadCompression1790000000011 } from './1790000000011-payload-compression';
import { DueKnowledge1790000000012 } from './1790000000012-due-knowledge';
import { Titles1790000000013 } from './1790000000013-titles';

/** In the order in which they run. Named one by one: a glob finds different files in dist and in tests. */
export const MIGRATIONS = [
  Initial1790000000000,
  ServerMode1790000000001,
  Generations1790000000002,
  Search1790000000003,
  Variations1790000000004,
  LimitsSignatures1790000000005,
  Reconciliation1790000000006,
  SessionsAudit1790000000007,
  Traces1790000000008,
  Insight1790000000009,
  EndedEvents1790000000010,
  PayloadCompression1790000000011,
  DueKnowledge1790000000012,
  Titles1790000000013,
];
