import type { EnforcementMode } from '@kiten/trust';
import type { Database } from '../store/database.ts';
import { type Observation, observationsSince } from '../store/observations.ts';
import type { DeviceBook } from './device-book.ts';

/** What enforcing a group would break: all that was refused to its devices by policy alone, and passed. */
export interface ObservationReport {
  readonly group: string;
  readonly mode: EnforcementMode;
  /** How many of its devices it would touch, and of how many. */
  readonly devices: number;
  readonly of: number;
  /** How often something would have been refused. */
  readonly total: number;
  /** The newest first. */
  readonly rows: readonly Observation[];
  /** Rows that were left out. */
  readonly more: number;
}

const shown = 1000;

/** @throws KitenError `kiten/group-unknown` */
export async function reportOn(
  name: string,
  since: number,
  { book, database }: { readonly book: DeviceBook; readonly database: Database },
): Promise<ObservationReport> {
  const { mode } = book.group(name);
  const all = await observationsSince(database, since);
  const rows = all.filter(({ observed }) => book.find(observed)?.groups.includes(name) === true);
  return {
    group: name,
    mode,
    devices: new Set(rows.map(({ observed }) => observed)).size,
    of: book.sizeOf(name),
    total: rows.reduce((sum, { count }) => sum + count, 0),
    rows: rows.slice(0, shown),
    more: Math.max(0, rows.length - shown),
  };
}
