import {
  CrossJudge,
  type CrossJudgement,
  type CrossProfile,
  jointFrame,
  type OwnEvidence,
  type StreamTable,
} from '../../src/index.ts';

export interface Found {
  readonly alarms: number;
  /** What was said last of the first alarm, and all that was. */
  readonly last: CrossJudgement | undefined;
  readonly told: readonly CrossJudgement[];
}

/** What is said of tables, row after row. */
export function judged(
  by: CrossProfile,
  tables: readonly StreamTable[],
  own?: (stream: string) => OwnEvidence,
): Found {
  const frame = jointFrame(tables, by);
  const judge = new CrossJudge(by);
  const width = judge.sensors.length;
  const told: CrossJudgement[] = [];
  let [alarms, isOpen] = [0, false];
  for (let row = 0; row < frame.rows; row++) {
    judge.push(frame.times[row] as number, frame.values.subarray(row * width, (row + 1) * width));
    if (judge.alarm !== undefined && !isOpen) alarms++;
    isOpen = judge.alarm !== undefined;
    if (alarms === 1 && judge.isDue) told.push(judge.judgement(own) as CrossJudgement);
  }
  return { alarms, last: told.at(-1), told };
}
