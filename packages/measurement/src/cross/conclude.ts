import { diagnose } from '../suspicion/diagnose.ts';
import type { RecentRows } from '../suspicion/running-diagnosis.ts';
import { combined, type Suspicion } from '../suspicion/suspicion.ts';
import { blame, type CheckState, type Hypothesis } from './blame.ts';
import { Contradiction, suspicious } from './contradiction.ts';
import type { CrossJudgement, DeviceJudgement, OpenCrossAlarm, SensorJudgement } from './cross-judgement.ts';
import type { CrossProfile } from './cross-profile.ts';
import { isProof, isViolated, type OwnEvidence } from './own-evidence.ts';
import { reasonsOf } from './reasons.ts';
import { deviceOfSensor, type Sensor, sensorName } from './sensor.ts';

/** So probable a sensor is told to lie. */
export const toldFrom = 0.8;
/** Less probable sensors are not named. */
const namedFrom = 0.1;
const mostCandidates = 8;
/** Below this share of its tolerance a check holds for sure. */
const surely = 0.6;
/** Rows without which there is nothing to compare an alarm with. */
const leastCalm = 20;

export interface Concluding {
  readonly alarm: OpenCrossAlarm;
  readonly at: number;
  readonly recent: RecentRows;
  /** The values of these rows as they were said: NaN is missing. */
  readonly said: Float64Array;
  readonly own: (stream: string) => OwnEvidence;
}

/** Brings what is known together: which sensors probably lie, since when, and why that is thought. */
export function concluded(
  profile: CrossProfile,
  sensors: readonly Sensor[],
  { alarm, at, recent, said, own }: Concluding,
): CrossJudgement {
  const contradiction = new Contradiction(profile.relation, recent, said, recent.rows - alarm.rows);
  const leftover = (liars: readonly number[]) => contradiction.leftover(liars);
  const checks = checksOf(profile, alarm);
  const names = profile.balances.map(({ check }) => check);
  const candidates = candidatesOf(contradiction.without([]), checks, alarm);
  // An alarm of the learned relation has a cause, too, whichever of them it is.
  const all = alarm.relation >= 1 ? [...checks, { sensors: candidates, holds: false }] : checks;
  const explanations = blame({ sensors, candidates, checks: all, own, leftover });
  const [best] = explanations as [Hypothesis];
  const marginal = (of: (liar: number) => boolean) =>
    explanations.reduce((sum, { liars, probability }) => sum + (liars.some(of) ? probability : 0), 0);
  const suspects = candidates
    .map((sensor) => ({ sensor, probability: marginal((liar) => liar === sensor) }))
    .filter(({ sensor, probability }) => probability >= namedFrom || best.liars.includes(sensor))
    .toSorted((one, other) => other.probability - one.probability);
  const judged = suspects.map(({ sensor, probability }): SensorJudgement => {
    const explanation = explanations.find(({ liars }) => liars.includes(sensor)) as Hypothesis;
    const { stream, channel } = sensors[sensor] as Sensor;
    const doubted = [sensor, ...explanation.liars.filter((each) => each !== sensor)];
    const described = describe(profile, recent, alarm, doubted);
    const thought = combined(suspicionsOf(described.suspicion, own(stream), channel)) as Suspicion;
    return {
      ...{
        sensor: sensorName({ stream, channel }),
        device: deviceOfSensor({ stream, channel }),
        probability,
      },
      ...{ since: thought.began, kind: thought.kind, confidence: thought.confidence },
      ...{ said: described.said, expected: described.expected },
      reasons: reasonsOf({
        ...{ sensor, channel, own: own(stream), checks, names },
        ...{ relation: alarm.relation, without: leftover([sensor]), all: leftover([]) },
      }),
    };
  });
  const liars = judged.filter(({ probability }) => probability >= toldFrom);
  return {
    ...{ at, severity: alarm.severity, isTold: liars.length > 0 },
    since: Math.min(alarm.raised, ...(liars.length > 0 ? liars : judged).map(({ since }) => since)),
    tier: suspects.some(({ sensor }) => isProof(own((sensors[sensor] as Sensor).stream)))
      ? 'contraindicated'
      : 'warning',
    sensors: judged,
    devices: devicesOf(judged, (device) =>
      marginal((liar) => deviceOfSensor(sensors[liar] as Sensor) === device),
    ),
    broken: brokenOf(profile, alarm),
  };
}

function checksOf({ balances }: CrossProfile, alarm: OpenCrossAlarm): CheckState[] {
  return balances.map(({ sensors }, at) => {
    const severity = alarm.balances[at] as number;
    return { sensors, holds: severity >= 1 ? false : severity < surely ? true : undefined };
  });
}

function candidatesOf(excess: Float64Array, checks: readonly CheckState[], alarm: OpenCrossAlarm): number[] {
  const inBroken = new Set(checks.flatMap(({ sensors, holds }) => (holds === false ? sensors : [])));
  const order = [...excess.keys()]
    // Who said nothing all the time does not lie.
    .filter((sensor) => (alarm.missing[sensor] as number) < alarm.rows)
    .toSorted((one, other) => (excess[other] as number) - (excess[one] as number));
  const byRelation = order.filter((sensor) => (excess[sensor] as number) >= suspicious);
  return [...new Set([...order.filter((sensor) => inBroken.has(sensor)), ...byRelation])].slice(
    0,
    mostCandidates,
  );
}

function brokenOf({ balances }: CrossProfile, alarm: OpenCrossAlarm) {
  const worst = new Map<string, number>();
  if (alarm.relation >= 1) worst.set('relation', alarm.relation);
  for (const [at, { check }] of balances.entries()) {
    const severity = alarm.balances[at] as number;
    if (severity >= 1) worst.set(check, Math.max(severity, worst.get(check) ?? 0));
  }
  return [...worst].map(([check, severity]) => ({ check, severity }));
}

/** What the first of them did if these lie. */
function describe(
  { relation }: CrossProfile,
  { rows, values, times }: RecentRows,
  alarm: OpenCrossAlarm,
  doubted: readonly number[],
): { suspicion: Suspicion; said: number; expected: number } {
  const raised = rows - alarm.rows;
  const width = relation.channels.length;
  const sensor = doubted[0] as number;
  const channels = [{ channel: relation.channels[sensor] as string, share: 1 }];
  const young = { kind: 'unknown', confidence: 0, sources: ['cross'], channels } as const;
  const mean = (of: Float64Array, from: number): number => {
    let sum = 0;
    for (let row = from; row < rows; row++) sum += (of[row * width + sensor] as number) / (rows - from);
    return sum;
  };
  if (raised < leastCalm) {
    const said = mean(values, Math.max(0, raised));
    return {
      suspicion: { ...young, severity: alarm.severity, began: alarm.raised },
      said,
      expected: Number.NaN,
    };
  }
  const { suspicion, began, expected } = diagnose(relation, {
    ...{ rows, values, times, raised, severity: alarm.severity, seen: [], doubted },
  });
  const isYoung = alarm.rows < 4;
  return {
    suspicion: {
      ...(isYoung ? { ...suspicion, ...young } : suspicion),
      ...{ channels, sources: ['cross'] },
      began: isYoung ? alarm.raised : suspicion.began,
    },
    ...{ said: mean(values, began), expected: mean(expected, began) },
  };
}

/** What the others say of a sensor, and what is known of it alone. */
function suspicionsOf(cross: Suspicion, own: OwnEvidence, channel: string): Suspicion[] {
  const found = [cross];
  if (own.alarm?.channels.some((each) => each.channel === channel)) found.push(own.alarm);
  if (isViolated(own)) {
    const kind = own.freshness === 'forged' ? 'forgery' : own.freshness === 'replayed' ? 'replay' : 'unknown';
    found.push({ ...cross, kind, confidence: kind === 'unknown' ? 0 : 0.99, sources: ['freshness'] });
  }
  return found;
}

function devicesOf(
  sensors: readonly SensorJudgement[],
  probabilityOf: (device: string) => number,
): DeviceJudgement[] {
  return [...Map.groupBy(sensors, ({ device }) => device)]
    .map(([device, own]) => ({
      ...{ device, probability: probabilityOf(device) },
      sensors: own.map(({ sensor }) => sensor),
    }))
    .toSorted((one, other) => other.probability - one.probability);
}
