import type { CheckStanding, Contradiction, Link } from '../api/relations.ts';

export type SensorStanding = 'told' | 'suspected' | 'calm';
export type LinkStanding = 'broken' | 'holds' | 'unknown' | 'proposed';

export interface MapSensor {
  readonly sensor: string;
  readonly channel: string;
  readonly y: number;
  readonly standing: SensorStanding;
}

export interface MapArc {
  readonly check: string;
  /** SVG path data. */
  readonly path: string;
  readonly standing: LinkStanding;
}

/** Sensors beneath the streams that they are of, and at their right what ought to hold between them. */
export interface RelationMap {
  readonly height: number;
  readonly streams: readonly { readonly stream: string; readonly y: number }[];
  readonly sensors: readonly MapSensor[];
  readonly arcs: readonly MapArc[];
}

export interface MapParts {
  readonly sensors: readonly string[];
  readonly links: readonly Link[];
  /** Those of the links that are declared; the others are proposed. */
  readonly declared: readonly string[];
  readonly standing: readonly CheckStanding[];
  /** The contradiction that lasts. */
  readonly alarm?: Contradiction | undefined;
}

/** Of more sensors than these, only those that a check or a suspicion names. */
const mostSensors = 24;
const line = 22;
/** Where arcs begin, and how far they reach at most. */
export const arcsFrom = 190;
const [nearest, farthest] = [18, 120];
/** So probable a sensor is told to lie. */
const toldFrom = 0.8;

export function streamOf(sensor: string): string {
  return sensor.slice(0, sensor.indexOf('#'));
}

export function channelOf(sensor: string): string {
  return sensor.slice(sensor.indexOf('#') + 1);
}

export function standingOf(sensor: string, alarm: Contradiction | undefined): SensorStanding {
  const suspect = alarm?.sensors.find((each) => each.sensor === sensor);
  if (suspect === undefined) return 'calm';
  return alarm?.isTold === true && suspect.probability >= toldFrom ? 'told' : 'suspected';
}

/** How a check stands: by the alarm that lasts, otherwise by the newest row. */
export function linkStanding(
  check: string,
  { declared, standing, alarm }: Omit<MapParts, 'sensors' | 'links'>,
): LinkStanding {
  if (!declared.includes(check)) return 'proposed';
  if (alarm?.broken.some((each) => each.check === check) === true) return 'broken';
  const severity = standing.find((each) => each.check === check)?.severity;
  if (typeof severity !== 'number') return 'unknown';
  return severity >= 1 ? 'broken' : 'holds';
}

export function relationMap({ sensors, links, ...known }: MapParts): RelationMap {
  const named = new Set([
    ...links.flatMap((link) => link.sensors),
    ...(known.alarm?.sensors.map(({ sensor }) => sensor) ?? []),
  ]);
  const shown = sensors.length <= mostSensors ? sensors : sensors.filter((sensor) => named.has(sensor));
  const streams: { stream: string; y: number }[] = [];
  const placed: MapSensor[] = [];
  let y = 0;
  for (const [stream, own] of Map.groupBy(shown, streamOf)) {
    y += line;
    streams.push({ stream, y });
    for (const sensor of own) {
      y += line;
      placed.push({ sensor, channel: channelOf(sensor), y, standing: standingOf(sensor, known.alarm) });
    }
  }
  const heights = new Map(placed.map((each) => [each.sensor, each.y]));
  const arcs = links.flatMap(({ check, sensors: of }) => {
    const ends = of.flatMap((sensor) => heights.get(sensor) ?? []);
    const [first, ...others] = ends;
    // A whole is drawn to each of its parts; what is equal, from one to the next.
    const from = (at: number): number => (check.startsWith('sum ') ? first : ends[at]) as number;
    return others.map((end, at) => ({
      ...{ check, path: arc(from(at), end), standing: linkStanding(check, known) },
    }));
  });
  return { height: y + line / 2, streams, sensors: placed, arcs };
}

function arc(from: number, to: number): string {
  const reach = arcsFrom + Math.min(farthest, nearest + Math.abs(to - from) * 0.6);
  return `M${arcsFrom} ${from}C${reach} ${from} ${reach} ${to} ${arcsFrom} ${to}`;
}
