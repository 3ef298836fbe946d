import { toldFrom } from '../cross/conclude.ts';
import type { CrossJudgement, SensorJudgement } from '../cross/cross-judgement.ts';
import { parseSensor } from '../cross/sensor.ts';
import type { StreamConclusion } from './stream-report.ts';

/** Who is told to lie; where that can't be told, all that may. */
export function suspectsOf({ sensors, isTold }: CrossJudgement): readonly SensorJudgement[] {
  return isTold ? sensors.filter(({ probability }) => probability >= toldFrom) : sensors;
}

/** The same text as long as the same are told to lie in the same way. */
export const toldOf = (suspects: readonly SensorJudgement[]): string =>
  suspects.map(({ sensor, kind }) => `${sensor} ${kind}`).join();

/** What is concluded of the stream of one of them. */
export function contradicted(
  judgement: CrossJudgement,
  { sensor, since, kind, probability }: SensorJudgement,
): StreamConclusion {
  const { stream, channel } = parseSensor(sensor);
  const worst = judgement.broken.reduce((most, each) => (each.severity > most.severity ? each : most));
  return {
    ...{ stream, outcome: 'contradicted', count: 1, severity: judgement.severity },
    ...{ at: Math.round(judgement.at * 1000), since: Math.round(since * 1000) },
    ...{ sees: worst.check.slice(0, 200), channels: [channel], kind, by: Math.round(100 * probability) },
  };
}
