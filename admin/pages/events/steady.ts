import { useState } from 'react';

interface HasId {
  id: number;
}

/** The rows that are shown already, as they are by now, and how many would come above them. */
export function hold<Row extends HasId>(
  shown: readonly Row[],
  latest: readonly Row[],
): { rows: Row[]; fresh: number } {
  const now = new Map(latest.map((row) => [row.id, row]));
  const newest = shown[0]?.id ?? -1;
  return {
    rows: shown.map((row) => now.get(row.id) ?? row),
    fresh: latest.filter(({ id }) => id > newest).length,
  };
}

const NOTHING = { key: '', rows: [] };

/**
 * Rows that do not move while somebody reads them.
 * @param key what is asked for: another list is shown at once
 * @param latest undefined while another list is on its way
 * @param reading whether rows must stay where they are
 */
export function useSteady<Row extends HasId>(key: string, latest: Row[] | undefined, reading: boolean) {
  const [shown, setShown] = useState<{ key: string; rows: Row[] }>(NOTHING);
  const held = reading && shown.key === key && shown.rows.length > 0;
  if (latest && !held && (shown.key !== key || shown.rows !== latest)) setShown({ key, rows: latest });
  /** Shows what has come by the time it is drawn. */
  const release = () => setShown(NOTHING);
  if (!latest) return { rows: shown.rows, fresh: 0, release };
  const { rows, fresh } = held ? hold(shown.rows, latest) : { rows: latest, fresh: 0 };
  return { rows, fresh, release };
}
