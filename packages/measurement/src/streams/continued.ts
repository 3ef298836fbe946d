import type { CrossJudgement, SensorJudgement } from '../cross/cross-judgement.ts';

/**
 * What is thought of an alarm that lasted when judging stopped: whoever judges now saw nothing of its beginning, so since when,
 * and what it looks like as long as that cannot be told anew, stays as it was thought before.
 */
export function continued(before: CrossJudgement, now: CrossJudgement): CrossJudgement {
  const known = new Map(before.sensors.map((each) => [each.sensor, each]));
  const sensors = now.sensors.map((each) => {
    const earlier = known.get(each.sensor);
    return earlier === undefined ? each : withBeginning(earlier, each);
  });
  return { ...now, since: Math.min(before.since, now.since), sensors };
}

function withBeginning(earlier: SensorJudgement, now: SensorJudgement): SensorJudgement {
  const { kind, confidence, said, expected } = earlier;
  return {
    ...now,
    since: Math.min(earlier.since, now.since),
    ...(now.kind === 'unknown' ? { kind, confidence } : {}),
    ...(Number.isNaN(now.expected) && Number.isFinite(expected) ? { said, expected } : {}),
  };
}
