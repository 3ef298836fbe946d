import { describe, expect, it } from 'vitest';
import {
  chance,
  type Frame,
  type InjectedKind,
  inject,
  Judge,
  learn,
  type Profile,
  pumpingStation,
  RowMemory,
  RunningDiagnosis,
  rowsLookedAt,
  type Suspicion,
} from '../../src/index.ts';

const [learned, from, rows] = [5000, 6000, 250];
const frame = pumpingStation(from + rows, chance(11));
const width = frame.channels.length;
const normal = {
  ...{ ...frame, rows: learned, values: frame.values.subarray(0, learned * width) },
  times: frame.times.subarray(0, learned),
};
const profile = learn(normal, { alarmsPerDay: 0.1 });

interface Told {
  /** Rows since the fault began. */
  readonly row: number;
  readonly suspicion: Suspicion;
}

/** What is said as the rows come, of the alarms of the fault. */
function followed(faulty: Frame, by: Profile = profile): { told: Told[]; asked: number; end?: Suspicion } {
  const judge = new Judge(by);
  const diagnosis = new RunningDiagnosis(by);
  const memory = new RowMemory(width);
  const told: Told[] = [];
  let [asked, isOpen] = [0, false];
  for (let row = learned; row < faulty.rows; row++) {
    const values = faulty.values.subarray(row * width, (row + 1) * width);
    const time = faulty.times[row] as number;
    memory.push(time, values);
    const judgement = judge.push(values);
    isOpen ||= row >= from && judgement.isAlarm;
    if (!isOpen) continue;
    const suspicion = diagnosis.push(time, judgement, () => {
      asked++;
      return memory.recent();
    });
    if (suspicion !== undefined) told.push({ row: row - from, suspicion });
  }
  const end = diagnosis.end();
  return { told, asked, ...(end === undefined ? {} : { end }) };
}

const fault = (kind: InjectedKind, channel: string, size?: number, length = rows): Frame =>
  inject(frame, { kind, channel, from, rows: length, ...(size === undefined ? {} : { size }) }, chance(2));

describe('an alarm that is followed as it goes on', () => {
  it.each<[InjectedKind, string, number | undefined]>([
    ['bias', 'outflow', 1.5],
    ['drift', 'network_flow', 2],
    ['freeze', 'pump_current', undefined],
    ['replacement', 'outflow', 2],
    ['alias', 'tank_pressure', 1],
    ['replay', 'tank_level', undefined],
  ])('is a %s of %s in the end, since it began', (kind, channel, size) => {
    const { told } = followed(fault(kind, channel, size));
    const { suspicion } = told.at(-1) as Told;
    expect(suspicion.kind).toBe(kind);
    expect(suspicion.channels[0]?.channel).toBe(channel);
    expect(suspicion.confidence).toBeGreaterThan(0.6);
    expect(Math.abs(suspicion.began / 60 - from)).toBeLessThan(kind === 'drift' ? 60 : 15);
  });

  it('names its carrier with the first row and its kind with the fourth, and is surer with more', () => {
    const { told } = followed(fault('bias', 'outflow', 1.5));
    const [first, second] = told as [Told, Told];
    expect(first.row).toBe(0);
    expect(first.suspicion).toMatchObject({ kind: 'unknown', confidence: 0, began: from * 60 });
    expect(first.suspicion.channels[0]?.channel).toBe('outflow');
    expect(second.row).toBe(3);
    expect(second.suspicion.kind).toBe('bias');
    const last = told.at(-1) as Told;
    expect(last.suspicion.confidence).toBeGreaterThan(second.suspicion.confidence);
  });

  it('is looked at nine times at most, and over so many rows', () => {
    const { asked } = followed(fault('bias', 'outflow', 1.5));
    expect(asked).toBeLessThanOrEqual(9);
    const memory = new RowMemory(1);
    for (let row = 0; row < 5 * rowsLookedAt + 7; row++) memory.push(row, Float64Array.of(row));
    const recent = memory.recent();
    expect(recent.rows).toBe(rowsLookedAt);
    expect(recent.values.at(-1)).toBe(5 * rowsLookedAt + 6);
    expect(recent.times[0]).toBe(4 * rowsLookedAt + 7);
  });

  it.each([
    ['before it had a shape', 'voltage', 12],
    ['in one row, which detectors remember for longer', 'network_flow', 8],
  ])('that was over %s is a jump', (_, channel, size) => {
    const { end } = followed(fault('bias', channel, size, 1));
    expect(end).toMatchObject({ kind: 'jump', began: from * 60 });
    expect(end?.channels[0]?.channel).toBe(channel);
  });

  it('of a profile that knows no relations is what saw it', () => {
    const alone = learn(normal, { alarmsPerDay: 0.1, detectors: ['level', 'freeze'] });
    const { told } = followed(fault('freeze', 'pump_current'), alone);
    const { suspicion } = told.at(-1) as Told;
    expect(suspicion).toMatchObject({
      kind: 'freeze',
      confidence: 0.95,
      channels: [{ channel: 'pump_current' }],
    });
  });

  it('waits with what it says until there are rows to look at', () => {
    const diagnosis = new RunningDiagnosis(profile);
    const worst = { channel: 5, sees: 'freeze' };
    const judgement = { severity: 2, isAlarm: true, worst };
    expect(diagnosis.push(from, judgement, () => undefined)).toBeUndefined();
    const none = { rows: 0, values: new Float64Array(0), times: new Float64Array(0) };
    expect(diagnosis.push(from, judgement, () => none)).toMatchObject({ kind: 'freeze' });
  });
});
