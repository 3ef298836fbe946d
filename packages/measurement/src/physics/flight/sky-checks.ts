import { againstUsual, type Evidence, rise } from './evidence.ts';
import { type Flight, receiverTable } from './flight.ts';

/** Four satellites give a position that nothing can check (RAIM needs a fifth); PX4 asks for six (EKF2_REQ_NSATS). */
const enoughSatellites = 6;
/** Seconds without a fix, while the log goes on. */
const silenceLimit = 5;

/**
 * What becomes of the satellites: a transmitter nearby drowns them, and until a receiver has fallen for its signals it loses those of the sky.
 */
export function skyChecks(flight: Flight): Evidence[] {
  const receiver = receiverTable(flight);
  if (receiver === undefined) return [];
  const { topic, times, columns } = receiver;
  const found: Evidence[] = [];
  const add = (
    check: string,
    name: string,
    limit: number,
    compare: (now: number, usual: number) => number,
  ) => {
    const column = columns.get(name);
    if (column === undefined) return;
    const values = againstUsual(times, column, limit, compare);
    found.push({ ...{ check, family: 'sky', limit, times, values }, reads: [`${topic}.${name}`] });
  };
  // Satellites set and rise one by one, and wings and roofs hide some; half of them at once is neither.
  add('satellites', 'satellites_used', 0.45, (now, usual) => (usual - now < 2 ? 0 : (usual - now) / usual));
  add('dilution', 'hdop', Math.log(2), rise);
  const satellites = columns.get('satellites_used');
  if (satellites !== undefined)
    found.push({
      ...{ check: 'few satellites', family: 'sky', times, limit: 2 },
      values: satellites.map((count) => Math.max(0, enoughSatellites - count)),
      reads: [`${topic}.satellites_used`],
    });
  return [...found, ...accuracyChecks(flight), ...fixChecks(flight)];
}

/** What the receiver thinks of itself. */
function accuracyChecks(flight: Flight): Evidence[] {
  const receiver = receiverTable(flight);
  if (receiver === undefined) return [];
  const { topic, times, columns } = receiver;
  const found: Evidence[] = [];
  const position = columns.get('eph');
  if (position !== undefined) {
    const limit = Math.log(2.5);
    // An estimate below 4 m is a good one, whatever it was before.
    const values = againstUsual(times, position, limit, (now, usual) => (now < 4 ? 0 : rise(now, usual)));
    found.push({
      ...{ check: 'position accuracy', family: 'accuracy', limit, times, values },
      reads: [`${topic}.eph`],
    });
  }
  const speed = columns.get('s_variance_m_s');
  if (speed !== undefined)
    found.push({
      ...{ check: 'speed accuracy', family: 'accuracy', times, values: speed, limit: 2.5 },
      reads: [`${topic}.s_variance_m_s`],
    });
  return found;
}

function fixChecks(flight: Flight): Evidence[] {
  const receiver = receiverTable(flight);
  if (receiver === undefined) return [];
  const { topic, times, columns } = receiver;
  const found: Evidence[] = [];
  const fixes = columns.get('fix_type');
  if (fixes !== undefined) {
    let since = Number.NaN;
    const values = fixes.map((fix, row) => {
      const time = times[row] as number;
      if (fix >= 3) since = Number.isNaN(since) ? time : since;
      // A receiver that has just started may still change its mind.
      return fix < 3 && time - since >= 10 ? 1 : 0;
    });
    found.push({
      ...{ check: 'fix', family: 'sky', times, values, limit: 1 },
      reads: [`${topic}.fix_type`],
    });
  }
  const silence = silences(flight, topic, times);
  if (silence.times.length > 0)
    found.push({
      ...{ check: 'silence', family: 'sky', limit: silenceLimit },
      ...silence,
      reads: [topic],
    });
  return found;
}

/** How long there has been no fix, a second apart, where the rest of the log goes on. */
function silences(flight: Flight, topic: string, times: Float64Array): Pick<Evidence, 'times' | 'values'> {
  const others = [...flight.values()].filter((table) => table.topic !== topic).map((table) => table.times);
  const goesOn = (from: number, to: number) =>
    others.some((each) => {
      const next = each.findIndex((time) => time > from);
      return next >= 0 && (each[next] as number) <= to;
    });
  const end = others.reduce((latest, each) => Math.max(latest, each.at(-1) ?? 0), times.at(-1) ?? 0);
  const moments: number[] = [];
  const waited: number[] = [];
  for (const [row, from] of times.entries()) {
    const to = times[row + 1] ?? end;
    for (let wait = 2; from + wait < to; wait++) {
      if (!goesOn(from + wait - 1, from + wait)) continue;
      moments.push(from + wait);
      waited.push(wait);
    }
  }
  return { times: Float64Array.from(moments), values: Float64Array.from(waited) };
}
