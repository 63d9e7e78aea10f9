import type { ChangeMoment } from '../contract/change-order';

/** A moment in columns of its own. */
export interface MomentRow {
  changed_at: Date;
  changed_on_arrival: boolean;
  changed_by_deletion: boolean;
  changed_by_event: number | string;
  changed_epoch: number;
}

/** A moment within a JSON column: a sequence may be beyond 2^53. */
export type StoredMoment = Omit<ChangeMoment, 'sequence'> & { sequence: string };

export const toStored = (moment: ChangeMoment | null): StoredMoment | null =>
  moment && { ...moment, sequence: String(moment.sequence) };
export const fromStored = (moment: StoredMoment | null): ChangeMoment | null =>
  moment && { ...moment, sequence: BigInt(moment.sequence) };

export const fromColumns = (row: MomentRow): ChangeMoment => ({
  epoch: row.changed_epoch,
  at: row.changed_at.getTime(),
  onArrival: row.changed_on_arrival,
  deletion: row.changed_by_deletion,
  sequence: BigInt(row.changed_by_event),
});

export const momentColumns = (moment: ChangeMoment) => ({
  changed_epoch: moment.epoch,
  changed_at: new Date(moment.at).toISOString(),
  changed_on_arrival: moment.onArrival,
  changed_by_deletion: moment.deletion,
  changed_by_event: String(moment.sequence),
});
export const MOMENT_TYPES = `changed_epoch int, changed_at timestamptz, changed_on_arrival boolean,
  changed_by_deletion boolean, changed_by_event bigint`;
export const MOMENT_NAMES = `changed_epoch, changed_at, changed_on_arrival, changed_by_deletion, changed_by_event`;
