/** Rows that have to come again; the more that are looked at, the rarer that is by chance. */
const passage = 24;
/** Different values that they have to have. */
const leastValues = 6;

/** The rows between a passage of `values` behind `from` and the same before, value for value; `undefined`: there is none. */
export function replayLag(values: Float64Array, from: number): number | undefined {
  for (let end = from + passage; end <= values.length; end += passage) {
    const start = end - passage;
    if (new Set(values.subarray(start, end)).size < leastValues) continue;
    for (let lag = 1; lag <= start; lag++) if (isSame(values, start, lag)) return lag;
  }
  return undefined;
}

function isSame(values: Float64Array, start: number, lag: number): boolean {
  for (let at = start; at < start + passage; at++) if (values[at] !== values[at - lag]) return false;
  return true;
}
