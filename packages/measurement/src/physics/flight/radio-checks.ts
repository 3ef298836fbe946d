import { median } from '@kiten/numerics';
import { againstUsual, type Evidence, rise } from './evidence.ts';
import { type Flight, receiverTable } from './flight.ts';

/** What a vehicle's receiver usually says of what depends on receiver and antenna, not on the sky, by column. */
export type ReceiverLevels = ReadonlyMap<string, number>;

const receiverLevels = ['noise_per_ms', 'automatic_gain_control', 'jamming_indicator', 'strength'];
/** dB that the strength of all satellites together changes by, without an obstacle. */
const strengthLimit = 8;

/**
 * What an antenna that hears another transmitter notices, without any knowledge of where it is: more noise, less gain, satellites that are
 * weaker or stronger all at once (Psiaki & Humphreys, “GNSS Spoofing and Detection”, Proc. IEEE 104(6), 2016, §IV-A: received power;
 * u-blox M8 protocol, UBX-MON-HW: noisePerMS, agcCnt, jamInd).
 */
export function radioChecks(flight: Flight, known: ReceiverLevels = new Map()): Evidence[] {
  const receiver = receiverTable(flight);
  if (receiver === undefined) return strengthCheck(flight);
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
    const values = againstUsual(times, column, limit, compare, known.get(name));
    found.push({ ...{ check, family: 'radio', limit, times, values }, reads: [`${topic}.${name}`] });
  };
  // As ratios: 35 % more noise than usual, a third less gain.
  add('noise', 'noise_per_ms', 0.3, rise);
  add('gain', 'automatic_gain_control', 0.4, (now, usual) => rise(usual, now));
  // 0 to 255.
  add('carrier', 'jamming_indicator', 100, (now, usual) => Math.max(0, now - usual));
  for (const [check, name] of [
    ['receiver says jamming', 'jamming_state'],
    ['receiver says spoofing', 'spoofing_state'],
  ] as const) {
    const states = columns.get(name);
    if (states === undefined) continue;
    // 0 unknown, 1 well, 2 and 3 not (PX4, SensorGps.msg).
    const values = states.map((state) => (state >= 2 ? 1 : 0));
    found.push({ ...{ check, family: 'radio', times, values, limit: 1 }, reads: [`${topic}.${name}`] });
  }
  return [...found, ...strengthCheck(flight)];
}

/** The mean strength of the satellites that are used, in dB-Hz, against what it was. */
function strengthCheck(flight: Flight): Evidence[] {
  const table = flight.get('satellite_info');
  if (table === undefined) return [];
  const { topic, times, columns } = table;
  const places = Array.from(
    { length: 40 },
    (_, at) => [columns.get(`snr[${at}]`), columns.get(`used[${at}]`)] as const,
  );
  const means = times.map((_, row) => {
    const strengths = places.flatMap(([strength, used]) => {
      const value = strength?.[row] ?? 0;
      return value > 0 && (used?.[row] ?? 1) > 0 ? [value] : [];
    });
    return strengths.length === 0
      ? Number.NaN
      : strengths.reduce((sum, each) => sum + each, 0) / strengths.length;
  });
  return [strengthEvidence(times, means, `${topic}.snr`)];
}

/** @param known the strength that is usual, before the log itself says */
export function strengthEvidence(
  times: Float64Array,
  means: Float64Array,
  read: string,
  known?: number,
): Evidence {
  const values = againstUsual(times, means, strengthLimit, (now, usual) => Math.abs(now - usual), known);
  return { check: 'strength', family: 'radio', limit: strengthLimit, times, values, reads: [read] };
}

/** The median of each over flights without an attack. */
export function receiverLevelsOf(flights: readonly Flight[]): ReceiverLevels {
  const levels = receiverLevels.map((name): [string, number[]] => [
    name,
    flights
      .flatMap((flight) => [...(receiverTable(flight)?.columns.get(name) ?? [])])
      .filter((value) => !Number.isNaN(value)),
  ]);
  return new Map(
    levels.filter(([, values]) => values.length > 0).map(([name, values]) => [name, median(values)]),
  );
}
