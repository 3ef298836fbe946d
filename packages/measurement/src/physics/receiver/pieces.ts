import type { FlightTable } from '../flight/flight.ts';

/** Seconds without a moment after which what was before says nothing of what is now. */
const hole = 600;
/** Seconds after a fix was found in which the receiver may still change its mind. */
const settling = 10;

/** Tables cut where the log has a hole. */
export function piecesOf({ topic, times, columns }: FlightTable): FlightTable[] {
  const pieces: FlightTable[] = [];
  let first = 0;
  for (let row = 1; row <= times.length; row++) {
    if (row < times.length && (times[row] as number) - (times[row - 1] as number) <= hole) continue;
    const cut = (column: Float64Array) => column.subarray(first, row);
    const cutColumns = new Map([...columns].map(([name, column]) => [name, cut(column)]));
    pieces.push({ topic, times: cut(times), columns: cutColumns });
    first = row;
  }
  return pieces;
}

/** 1 for each row at which there has been a fix for ten seconds. */
export function settledRows({ times, columns }: FlightTable): Uint8Array {
  const latitudes = columns.get('latitude_deg');
  let since = Number.NaN;
  return Uint8Array.from(times, (time, row) => {
    if (Number.isNaN(latitudes?.[row])) since = Number.NaN;
    else if (Number.isNaN(since)) since = time;
    return Number(time - since >= settling);
  });
}
