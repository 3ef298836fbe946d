import { attestationWeight, detectorWeight, freshnessWeight, type OwnEvidence } from './own-evidence.ts';
import { deviceOfSensor, type Sensor } from './sensor.ts';

/** A check, and whether it holds; `undefined`: that can't be said. */
export interface CheckState {
  readonly sensors: readonly number[];
  readonly holds: boolean | undefined;
}

/** Some sensors that lie, and how probable it is that it is they and no others. */
export interface Hypothesis {
  readonly liars: readonly number[];
  readonly probability: number;
}

export interface Blaming {
  readonly sensors: readonly Sensor[];
  /** Positions of those that may be to blame; a dozen at most. */
  readonly candidates: readonly number[];
  readonly checks: readonly CheckState[];
  readonly own: (stream: string) => OwnEvidence;
  /** What the others don't explain of each other, in mean squares beyond what is usual, if these are not asked. */
  readonly leftover: (liars: readonly number[]) => number;
}

/**
 * What is taken for granted, as probabilities. A sensor lies by itself, or a device does with as many of its sensors as it
 * likes; checks err; who lies by little, or in concert, may keep a check.
 */
const prior = {
  sensor: 0.01,
  device: 0.005,
  /** Of a device that lies, each of its sensors. */
  each: 0.5,
  /** A check fails though nobody lies; it fails because somebody does. */
  failsAlone: 0.002,
  fails: 0.9,
  /** A check holds though one of its sensors lies; though several do, which may agree. */
  holds: 0.2,
  holdsTogether: 0.4,
} as const;
/** What a check that fails says against a sensor in it, and one that holds for it. */
export const checkWeights = {
  fails: Math.log(prior.fails / prior.failsAlone),
  holds: Math.log(prior.holds),
} as const;
/** How much what is left over speaks against an explanation: as a power of it. */
export const leftoverPower = 2;
const mostLiars = 3;
/** Log-odds below the best at which an explanation is not looked into. */
const hopeless = 10;

/**
 * Explanations of what does not go together, the most probable first: nobody, each sensor, each two, three, and each device.
 * Votes follow from it: who alone contradicts two that agree is far more probable to lie than both of them in concert, unless
 * something else speaks against these.
 */
export function blame(blaming: Blaming): Hypothesis[] {
  const found: { liars: readonly number[]; log: number }[] = [];
  let highest = Number.NEGATIVE_INFINITY;
  const sets = hypothesesOf(blaming).map((liars) => ({ liars, log: logOf(blaming, liars) }));
  for (const { liars, log } of sets.toSorted((one, other) => other.log - one.log)) {
    // What is left over only speaks against an explanation: these can't become probable any more.
    if (log < highest - hopeless) break;
    const whole = log - leftoverPower * Math.log1p(Math.max(0, blaming.leftover(liars)));
    highest = Math.max(highest, whole);
    found.push({ liars, log: whole });
  }
  const weights = found.map(({ log }) => Math.exp(log - highest));
  const total = weights.reduce((sum, each) => sum + each, 0);
  return found
    .map(({ liars }, at) => ({ liars, probability: (weights[at] as number) / total }))
    .toSorted((one, other) => other.probability - one.probability);
}

function hypothesesOf({ candidates, sensors }: Blaming): number[][] {
  const sets: number[][] = [[]];
  const extend = (set: readonly number[], from: number): void => {
    for (let at = from; at < candidates.length; at++) {
      const larger = [...set, candidates[at] as number];
      sets.push(larger);
      if (larger.length < mostLiars) extend(larger, at + 1);
    }
  };
  extend([], 0);
  const byDevice = Map.groupBy(candidates, (each) => deviceOfSensor(sensors[each] as Sensor));
  for (const own of byDevice.values()) if (own.length > mostLiars) sets.push(own);
  return sets;
}

/** All but what is left over. */
function logOf({ sensors, checks, own }: Blaming, liars: readonly number[]): number {
  const lying = liars.map((each) => sensors[each] as Sensor);
  let log = 0;
  for (const own of Map.groupBy(lying, deviceOfSensor).values())
    log += Math.max(
      own.length * Math.log(prior.sensor),
      Math.log(prior.device) + own.length * Math.log(prior.each),
    );
  for (const { stream, channel } of lying) log += detectorWeight(own(stream), channel);
  for (const stream of new Set(lying.map((each) => each.stream))) log += freshnessWeight(own(stream));
  // What is known of a device is known by any of its streams.
  for (const [, [first]] of Map.groupBy(lying, deviceOfSensor))
    log += attestationWeight(own((first as Sensor).stream));
  for (const check of checks) log += checkLog(check, liars);
  return log;
}

function checkLog({ sensors, holds }: CheckState, liars: readonly number[]): number {
  if (holds === undefined) return 0;
  const lying = sensors.filter((each) => liars.includes(each)).length;
  if (!holds) return Math.log(lying === 0 ? prior.failsAlone : prior.fails);
  return lying === 0 ? 0 : Math.log(lying === 1 ? prior.holds : prior.holdsTogether);
}
