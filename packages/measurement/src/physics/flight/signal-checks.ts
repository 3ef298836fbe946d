import { median } from '@kiten/numerics';
import { againstUsual, type Evidence } from './evidence.ts';
import { type Flight, receiverTable } from './flight.ts';

/** What a vehicle's receiver usually says of what depends on receiver and antenna, not on the sky, by column. */
export type ReceiverLevels = ReadonlyMap<string, number>;

const receiverLevels = ['noise_per_ms', 'automatic_gain_control', 'jamming_indicator'];
/** Four satellites give a position that nothing can check (RAIM needs a fifth); PX4 asks for six (EKF2_REQ_NSATS). */
const enoughSatellites = 6;
/** Seconds without a fix, while the log goes on. */
const silenceLimit = 5;

/**
 * What an antenna that hears another transmitter notices, without any knowledge of where it is. A transmitter nearby drowns the
 * satellites (fewer are used), raises the noise and lowers the gain (Psiaki & Humphreys, “GNSS Spoofing and Detection”, Proc. IEEE
 * 104(6), 2016, §IV-A: received power; u-blox M8 protocol, UBX-MON-HW: noisePerMS, agcCnt, jamInd).
 */
export function signalChecks(flight: Flight, known: ReceiverLevels = new Map()): Evidence[] {
  const { topic, times, columns } = receiverTable(flight);
  const found: Evidence[] = [];
  const add = (
    check: string,
    name: string,
    limit: number,
    compare: (now: number, usual: number) => number,
    family: 'signal' | 'geometry' = 'signal',
  ) => {
    const column = columns.get(name);
    if (column === undefined) return;
    const values = againstUsual(times, column, limit, compare, known.get(name));
    found.push({ ...{ check, family, limit, times, values }, reads: [`${topic}.${name}`] });
  };
  // Satellites set and rise one by one; a third of them at once is not the sky.
  add('satellites', 'satellites_used', 0.35, (now, usual) => (usual - now < 2 ? 0 : (usual - now) / usual));
  // As ratios: 35 % more noise than usual, a third less gain.
  add('noise', 'noise_per_ms', 0.3, rise);
  add('gain', 'automatic_gain_control', 0.4, (now, usual) => rise(usual, now));
  // 0 to 255.
  add('carrier', 'jamming_indicator', 100, (now, usual) => Math.max(0, now - usual));
  add('dilution', 'hdop', Math.log(1.75), rise, 'geometry');
  // An estimate below 4 m is a good one, whatever it was before.
  add(
    'position accuracy',
    'eph',
    Math.log(2.5),
    (now, usual) => (now < 4 ? 0 : rise(now, usual)),
    'geometry',
  );
  const satellites = columns.get('satellites_used');
  if (satellites !== undefined)
    found.push({
      ...{ check: 'few satellites', family: 'signal', times, limit: 2 },
      values: satellites.map((count) => Math.max(0, enoughSatellites - count)),
      reads: [`${topic}.satellites_used`],
    });
  const speed = columns.get('s_variance_m_s');
  if (speed !== undefined)
    found.push({
      ...{ check: 'speed accuracy', family: 'geometry', times, values: speed, limit: 2.5 },
      reads: [`${topic}.s_variance_m_s`],
    });
  for (const [check, name] of [
    ['receiver says jamming', 'jamming_state'],
    ['receiver says spoofing', 'spoofing_state'],
  ] as const) {
    const states = columns.get(name);
    if (states === undefined) continue;
    // 0 unknown, 1 well, 2 and 3 not (PX4, SensorGps.msg).
    const values = states.map((state) => (state >= 2 ? 1 : 0));
    found.push({ ...{ check, family: 'signal', times, values, limit: 1 }, reads: [`${topic}.${name}`] });
  }
  return [...found, ...fixChecks(flight)];
}

/** The median of each over flights without an attack. @throws KitenError `measurement/flight-without-gps` */
export function receiverLevelsOf(flights: readonly Flight[]): ReceiverLevels {
  const levels = receiverLevels.map((name): [string, number[]] => [
    name,
    flights
      .flatMap((flight) => [...(receiverTable(flight).columns.get(name) ?? [])])
      .filter((value) => !Number.isNaN(value)),
  ]);
  return new Map(
    levels.filter(([, values]) => values.length > 0).map(([name, values]) => [name, median(values)]),
  );
}

function fixChecks(flight: Flight): Evidence[] {
  const { topic, times, columns } = receiverTable(flight);
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
      ...{ check: 'fix', family: 'signal', times, values, limit: 1 },
      reads: [`${topic}.fix_type`],
    });
  }
  const silence = silences(flight, topic, times);
  if (silence.times.length > 0)
    found.push({
      ...{ check: 'silence', family: 'signal', limit: silenceLimit },
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

/** The logarithm of how much more it is; 0: not more. */
function rise(now: number, usual: number): number {
  return now > usual && usual > 0 ? Math.log(now / usual) : 0;
}
