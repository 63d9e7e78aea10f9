import { QueryFailedError, QueryRunnerAlreadyReleasedError, TransactionNotStartedError } from 'typeorm';

/**
 * SQLSTATE classes of faults that are the database's and not the statement's: whatever runs then fails alike, and may
 * succeed later. 08 connection, 25006 read only (a server that has become a replica), 40 rollback, 53100 disk full,
 * 53300 too many connections, 57P shutdown, 58 input or output. Source: PostgreSQL's Appendix A.
 */
const TRANSIENT_SQLSTATE = /^(08|25006|40|53100|53300|57P|58)/;

/** Whether a statement failed for a reason that is not its own. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // What TypeORM says of a transaction whose connection ended between two statements.
  if (error instanceof QueryRunnerAlreadyReleasedError || error instanceof TransactionNotStartedError)
    return true;
  const failedQuery = error instanceof QueryFailedError;
  const { code = '' } = (failedQuery ? error.driverError : error) as { code?: string };
  // Faults of a connection come from the driver with a system code, or with none.
  if (code === '') return failedQuery || /connection|timeout/i.test(error.message);
  return /^E[A-Z]+$/.test(code) || TRANSIENT_SQLSTATE.test(code);
}
