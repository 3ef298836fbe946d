import type { Evidence } from './evidence.ts';
import type { Flight, FlightTable } from './flight.ts';

/** How the topics of several versions of PX4 call what is the same: the columns whose length is taken, and where it is too much. */
interface Innovation {
  readonly check: string;
  readonly columns: readonly string[];
  /** m/s, m, or a test ratio's root, which is 1 at the autopilot's own gate. */
  readonly limit: number;
  readonly kind?: 'ratio';
}

/**
 * The estimator's gate divides an innovation by the variance that it expects, and that grows with the accuracy that the receiver
 * itself reports: who disturbs the receiver opens the gate (EKF2_GPS_V_GATE and EKF2_GPS_P_GATE are 5 deviations). Measured in m and
 * m/s, as here, it stays shut. Test ratios are held against what they usually are, for the same reason.
 */
const known: ReadonlyMap<string, readonly Innovation[]> = new Map([
  [
    'estimator_innovations',
    [
      { check: 'velocity innovation', columns: ['gps_hvel[0]', 'gps_hvel[1]'], limit: 3 },
      { check: 'position innovation', columns: ['gps_hpos[0]', 'gps_hpos[1]'], limit: 4 },
      { check: 'climb innovation', columns: ['gps_vvel'], limit: 3 },
    ],
  ],
  [
    'ekf2_innovations',
    [
      { check: 'velocity innovation', columns: ['vel_pos_innov[0]', 'vel_pos_innov[1]'], limit: 3 },
      { check: 'position innovation', columns: ['vel_pos_innov[3]', 'vel_pos_innov[4]'], limit: 4 },
      { check: 'climb innovation', columns: ['vel_pos_innov[2]'], limit: 3 },
    ],
  ],
  [
    'estimator_innovation_test_ratios',
    [
      { check: 'velocity test ratio', columns: ['gps_hvel[0]'], limit: 1.3, kind: 'ratio' },
      { check: 'position test ratio', columns: ['gps_hpos[0]'], limit: 0.4, kind: 'ratio' },
    ],
  ],
  [
    'estimator_status',
    [
      { check: 'velocity test ratio', columns: ['vel_test_ratio'], limit: 1.3, kind: 'ratio' },
      { check: 'position test ratio', columns: ['pos_test_ratio'], limit: 0.5, kind: 'ratio' },
    ],
  ],
]);

/** What the autopilot's own estimator found strange about the receiver's fixes, but let pass. */
export function innovationChecks(flight: Flight): Evidence[] {
  const found: Evidence[] = [];
  for (const [topic, innovations] of known) {
    const table = flight.get(topic);
    if (table === undefined) continue;
    for (const { check, columns, limit, kind } of innovations) {
      const parts = columns.map((name) => table.columns.get(name));
      if (parts.includes(undefined) || found.some((other) => other.check === check)) continue;
      const lengths = table.times.map((_, row) =>
        kind === 'ratio'
          ? Math.sqrt(parts[0]?.[row] as number)
          : Math.hypot(...parts.map((part) => part?.[row] as number)),
      );
      found.push({
        ...{ check, family: 'motion', limit, times: table.times, values: twice(lengths) },
        reads: columns.map((name) => `${topic}.${name}`),
      });
    }
  }
  return [...found, ...resetChecks(flight.get('vehicle_local_position'))];
}

/** The smaller of two neighbours: a single value may be a gust. */
function twice(values: Float64Array): Float64Array {
  return values.map((value, row) => Math.min(value, values[row - 1] ?? value));
}

/** The estimator gives a position up, or jumps to the receiver's. */
function resetChecks(table: FlightTable | undefined): Evidence[] {
  if (table === undefined) return [];
  const { topic, times, columns } = table;
  const found: Evidence[] = [];
  const add = (
    check: string,
    name: string,
    limit: number,
    happens: (now: number, before: number) => boolean,
  ) => {
    const column = columns.get(name);
    if (column === undefined) return;
    const values = column.map((now, row) => (happens(now, column[row - 1] ?? now) ? 1 : 0));
    found.push({ ...{ check, family: 'motion', limit, times, values }, reads: [`${topic}.${name}`] });
  };
  add('position given up', 'xy_valid', 1, (now, before) => now === 0 && before === 1);
  // Resets are rare in the air, but happen: alone they are half a reason.
  add('position reset', 'xy_reset_counter', 2, (now, before) => now > before);
  add('velocity reset', 'vxy_reset_counter', 2, (now, before) => now > before);
  return found;
}
