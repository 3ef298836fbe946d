import { KitenError } from '@kiten/codec';
import { learn } from '../learn/learn.ts';
import type { Profile } from '../learn/profile.ts';
import type { Frame } from '../series/frame.ts';
import { type Balance, balancesOf, residualOf } from './balance.ts';
import { checkUnitsOf } from './check-units.ts';
import { type CrossCheck, checkCrossChecks } from './cross-check.ts';
import { withRepeats } from './held-readings.ts';
import { type Joining, joiningOf, jointFrame, type StreamTable } from './joint-rows.ts';
import { type RelatedPair, relatedPairs } from './related.ts';
import { type Sensor, sensorName } from './sensor.ts';
import { refuseApart } from './shared-rows.ts';

/** How sensors of several streams go together, as it was declared and learned. */
export interface CrossProfile extends Joining {
  /** Rows of the joint table that it was learned from. */
  readonly rows: number;
  /** Alarms a day without a cause that are put up with, of all of it. */
  readonly alarmsPerDay: number;
  readonly checks: readonly CrossCheck[];
  readonly balances: readonly Balance[];
  /** What is usual of the balances whose tolerance is learned; their positions are its channels. */
  readonly residuals: Profile | undefined;
  /** How each sensor follows from all others. */
  readonly relation: Profile;
  /** Pairs that would make checks: for somebody who knows the place to say. */
  readonly related: readonly RelatedPair[];
}

export interface LearnCrossOptions {
  readonly alarmsPerDay: number;
  readonly checks?: readonly CrossCheck[];
  /** Seconds between two rows; as long as the slowest stream takes, unless given. */
  readonly every?: number;
  /** Called with the share that is done, from 0 to 1. */
  readonly progress?: (done: number) => void;
}

export const sensorsOf = ({ streams }: Joining): Sensor[] =>
  streams.flatMap(({ stream, channels }) => channels.map((channel) => ({ stream, channel })));

/**
 * Learns from tables without an attack how streams go together.
 *
 * @throws KitenError `measurement/cross-…`, `measurement/too-few-rows`, `measurement/table-too-large`
 */
export function learnCross(tables: readonly StreamTable[], options: LearnCrossOptions): CrossProfile {
  refuseNames(tables);
  const joining = joiningOf(tables, options.every);
  return learnJoint(joining, jointFrame(tables, joining), options);
}

/**
 * The same from a joint table.
 *
 * @throws KitenError `measurement/cross-…`, `measurement/too-few-rows`
 */
export function learnJoint(
  { every, streams }: Joining,
  frame: Frame,
  { alarmsPerDay, checks = [], progress }: Omit<LearnCrossOptions, 'every'>,
): CrossProfile {
  checkCrossChecks(checks);
  refuseApart(frame, streams);
  const joining = { every, streams };
  const sensors = sensorsOf(joining);
  const units = new Map(sensors.map((sensor, at) => [sensorName(sensor), frame.units?.[at] ?? '']));
  checkUnitsOf(checks, (sensor) => units.get(sensorName(sensor)) ?? '');
  const balances = balancesOf(checks, sensors, frame);
  const learned = balances.filter(({ tolerance }) => tolerance === undefined);
  // One alarm has one cause: what is declared and what is learned share the budget.
  const budget = { alarmsPerDay: learned.length > 0 ? alarmsPerDay / 2 : alarmsPerDay, isFinestOnly: true };
  const residuals =
    learned.length === 0
      ? undefined
      : learn(residualFrame(frame, learned), { ...budget, detectors: ['level'] });
  const relation = learn(frame, {
    ...budget,
    detectors: ['relation'],
    ...(progress === undefined ? {} : { progress }),
  });
  const related = relatedPairs(sensors, frame);
  const held = { every, streams: withRepeats(streams, every, frame, relation) };
  return { ...held, rows: frame.rows, alarmsPerDay, checks, balances, residuals, relation, related };
}

function residualFrame(frame: Frame, balances: readonly Balance[]): Frame {
  const width = frame.channels.length;
  const values = new Float64Array(frame.rows * balances.length);
  for (let row = 0; row < frame.rows; row++)
    for (const [at, balance] of balances.entries())
      values[row * balances.length + at] = residualOf(
        balance,
        frame.values.subarray(row * width, (row + 1) * width),
      );
  const { units: _, ...rest } = frame;
  return { ...rest, channels: balances.map(({ check }, at) => `${at} ${check}`), values };
}

function refuseNames(tables: readonly StreamTable[]): void {
  const names = tables.map(({ stream }) => stream);
  const wrong = names.find((name, at) => name === '' || name.includes('#') || names.indexOf(name) !== at);
  if (wrong !== undefined)
    throw new KitenError(
      'measurement/cross-check',
      `“${wrong.slice(0, 140)}” names no stream of its own: it is given twice, or has a “#” in it.`,
    );
}
