import { KitenError } from '@kiten/codec';
import type { Statistic } from '../detectors/detector.ts';
import { type RelationModel, relation } from '../detectors/relation.ts';
import type { Profile, Resolution } from '../learn/profile.ts';
import { resolutionFor } from '../learn/profile.ts';
import { Standardiser } from '../learn/standard.ts';
import { gapsOf } from '../series/gaps.ts';
import { type Suspect, suspectsOf } from './carriers.ts';
import { changePoint } from './change-point.ts';
import { expectedOf } from './expectation.ts';
import type { FaultKind } from './kind.ts';
import { replayLag } from './replay.ts';
import { shapeOf } from './shape.ts';
import type { Suspicion } from './suspicion.ts';
import { swapOf } from './swap.ts';

/** An alarm and the rows around it. */
export interface Alarm {
  /** `rows` × channels, as they were read: some calm rows before the alarm, at best hundreds, and all of it. */
  readonly values: Float64Array;
  readonly rows: number;
  /** The row in which the alarm was raised. */
  readonly raised: number;
  readonly severity: number;
  /** What was farthest from normal when it was raised, and later. */
  readonly seen: readonly Statistic[];
  /** Of each row, in seconds. */
  readonly times: Float64Array;
  readonly decimals?: number;
  /** Positions of the channels that carry it, where that is known otherwise; the one that is described first. */
  readonly doubted?: readonly number[];
}

/** What probably happened, and what the channels that carry it should have said. */
export interface Diagnosis {
  readonly suspicion: Suspicion;
  /** The row from which on there is no trust. */
  readonly began: number;
  /** `rows` × channels, in the units of the readings. */
  readonly expected: Float64Array;
}

/** What sees one sensor by itself knows which one, and what it is, surely. */
const ownKinds: ReadonlyMap<string, FaultKind> = new Map([
  ['freeze', 'freeze'],
  ['silence', 'silence'],
  ['grid', 'replacement'],
  ['repeat', 'replay'],
  ['near', 'replay'],
  ['drift', 'drift'],
  ['line', 'alias'],
  ['spread', 'replacement'],
  ['noise', 'replacement'],
  ['colour', 'replacement'],
]);
const sure: ReadonlySet<string> = new Set(['freeze', 'silence', 'grid', 'repeat', 'near', 'drift']);

/** The kind of fault that a detector knows surely by itself; `undefined`: none of these saw it. */
export function ownKindOf(seen: readonly Statistic[]): FaultKind | undefined {
  const own = seen.find((each) => each.channel !== undefined && sure.has(each.sees));
  return own === undefined ? undefined : ownKinds.get(own.sees);
}

/** Rows before an alarm in which it may have begun. */
const reach = 250;

/**
 * Says of an alarm when it began, which channels carry it and what kind of fault it is, by the shape of the difference between
 * what they said and what the others say that they should have.
 *
 * @throws KitenError `measurement/detector-unknown` of a profile that was learned without `relation`
 */
export function diagnose(profile: Profile, alarm: Alarm): Diagnosis {
  const channels = profile.channels.length;
  const { rows, raised, seen, times } = alarm;
  const resolution = resolutionFor(profile.resolutions, alarm.decimals);
  const { standard } = resolution;
  const model = relationOf(resolution, channels);
  const standardiser = new Standardiser(standard);
  const values = new Float64Array(rows * channels);
  for (let row = 0; row < rows; row++)
    values.set(
      standardiser.push(alarm.values.subarray(row * channels, (row + 1) * channels)),
      row * channels,
    );
  const normal = { channels, rows, values, times: undefined, gaps: gapsOf(times, profile.gap) };
  const own = seen.find((each) => each.channel !== undefined && sure.has(each.sees));
  const suspects =
    alarm.doubted?.map((channel) => ({ channel, weight: 1 })) ??
    suspectsOf(normal, model, own?.channel, Math.max(model.lags + 1, raised - 2));
  const main = (suspects[0] as { channel: number }).channel;
  const doubted = suspects.map(({ channel }) => channel);
  const from = Math.max(model.lags, raised - reach);
  const column = (of: Float64Array) =>
    Float64Array.from({ length: rows }, (_, row) => of[row * channels + main] as number);
  const said = column(values);
  const asked = column(expectedOf(normal, model, doubted, from));
  const began = Math.min(
    raised,
    from + changePoint(said.subarray(from).map((value, row) => value - (asked[from + row] as number))),
  );
  const expected = expectedOf(normal, model, doubted, began);
  const shape = shapeOf({
    said: said.subarray(from),
    expected: column(expected).subarray(from),
    began: began - from,
  });
  const known =
    own !== undefined ? ownKinds.get(own.sees) : replayLag(said, began) === undefined ? undefined : 'replay';
  for (const [at, value] of expected.entries())
    expected[at] =
      (standard.means[at % channels] as number) + value * (standard.deviations[at % channels] as number);
  const swap = swapOf(alarm.values, expected, channels, suspects, began);
  const carriers: readonly Suspect[] = swap?.pair ?? suspects;
  const total = carriers.reduce((sum, { weight }) => sum + weight, 0) || 1;
  return {
    began,
    expected,
    suspicion: {
      severity: alarm.severity,
      began: times[began] as number,
      channels: carriers.map(({ channel, weight }) => ({
        channel: profile.channels[channel] as string,
        share: weight / total,
      })),
      ...(swap === undefined
        ? { kind: known ?? shape.kind, confidence: known === undefined ? shape.confidence : 0.95 }
        : { kind: 'swap', confidence: Math.min(0.95, swap.explained) }),
      sources: [...new Set(seen.map(({ sees }) => sees))],
    },
  };
}

function relationOf({ detectors }: Resolution, channels: number): RelationModel {
  const model = detectors.find(({ kind }) => kind === relation.name)?.model;
  if (model !== undefined && relation.fits(model, channels)) return model;
  throw new KitenError(
    'measurement/detector-unknown',
    'The profile was learned without the detector “relation”: nothing says what a channel should have said.',
  );
}
