/** A stretch of rows with an alarm, from 0. */
export interface RowAlarm {
  readonly first: number;
  readonly last: number;
  /** The highest of it. */
  readonly severity: number;
}

/**
 * Stretches in which one judged row after the other is an alarm.
 *
 * @param judged the rows that were judged, ascending
 * @param severities by row; 1 is an alarm
 */
export function rowAlarms(judged: Iterable<number>, severities: ArrayLike<number>): RowAlarm[] {
  const alarms: RowAlarm[] = [];
  let isOpen = false;
  for (const row of judged) {
    const severity = severities[row] as number;
    const open = isOpen ? alarms.at(-1) : undefined;
    isOpen = severity >= 1;
    if (!isOpen) continue;
    if (open === undefined) alarms.push({ first: row, last: row, severity });
    else
      alarms[alarms.length - 1] = {
        first: open.first,
        last: row,
        severity: Math.max(open.severity, severity),
      };
  }
  return alarms;
}
