import { describe, expect, it } from 'vitest';
import {
  affiliation,
  batadalScore,
  etapr,
  pointWise,
  ranking,
  score,
  volumeUnderPrecisionRecall,
} from '../../src/index.ts';

const flags = (text: string): Uint8Array => Uint8Array.from(text, (letter) => (letter === '.' ? 0 : 1));
const minutes = (...spans: [number, number][]) =>
  spans.map(([start, end]) => [start * 60, end * 60] as const);
const ranges = (...spans: [number, number][]) => spans.map(([first, last]) => ({ first, last }));

describe('affiliation', () => {
  it('is that of the example in the authors’ paper', () => {
    const attacks = minutes([0, 10], [50, 70], [170, 175]);
    const alarms = minutes([5, 6], [7, 10], [11, 12], [40, 60], [115, 130], [135, 140], [165, 170]);
    const found = affiliation(attacks, alarms, [0, 180 * 60]);
    expect(found.attacks[1]?.precision).toBeCloseTo(0.672222222, 8);
    expect(found.attacks[1]?.recall).toBeCloseTo(0.944444444, 8);
  });

  it('knows no precision without an alarm, and no recall', () => {
    expect(affiliation([[1, 10]], [], [1, 10])).toMatchObject({ precision: undefined, recall: 0, f1: 0 });
  });

  it('leaves an attack that no alarm is near to out of precision alone', () => {
    const found = affiliation(
      [
        [1, 8],
        [16, 17],
        [25, 28],
        [29, 31],
      ],
      [
        [1, 3],
        [6, 18],
        [25, 26],
      ],
      [1, 40],
    );
    expect(found.attacks[1]?.recall).toBe(1);
    expect(found.attacks[2]?.precision).toBe(1);
    expect(found.attacks[3]).toEqual({ precision: undefined, recall: 0 });
  });
});

describe('eTaPR', () => {
  const attacks = ranges([1, 4], [59, 60], [62, 64], [67, 96]);
  const options = { precisionThreshold: 0.5, recallThreshold: 0.01 };

  it('is that of the authors’ two examples', () => {
    const one = etapr(attacks, ranges([2, 57], [59, 60], [62, 64], [66, 69]), options);
    expect(one.precision).toBeCloseTo(0.3876823062996395, 12);
    expect(one.recall).toBeCloseTo(0.6375, 12);
    const other = etapr(attacks, ranges([2, 17], [59, 60], [62, 64], [66, 69]), options);
    expect(other.precision).toBeCloseTo(0.535329416677799, 12);
    expect(other.recall).toBeCloseTo(0.6375, 12);
  });

  it('gives up an attack whose only alarm was given up', () => {
    const found = etapr(ranges([10, 19]), ranges([19, 60]), options);
    expect(found).toMatchObject({ precision: 0, recall: 0, detected: [], correct: [] });
  });
});

describe('VUS-PR', () => {
  const labels = flags('....................######....................');
  const scored = (at: (row: number) => number) => Float64Array.from(labels, (_, row) => at(row));

  it('is 1 for scores that know', () => {
    const known = scored((row) => (labels[row] === 0 ? row * 1e-6 : 1 + row * 1e-6));
    expect(volumeUnderPrecisionRecall(labels, known, 0)).toBeCloseTo(1, 6);
  });

  it('counts in part what is beside an attack, the more the nearer', () => {
    const early = (rows: number) =>
      scored((row) => (row >= 20 - rows && row < 26 - rows ? 1 : 0) + row * 1e-6);
    const found = [0, 2, 4, 12].map((rows) => volumeUnderPrecisionRecall(labels, early(rows), 12) as number);
    expect(found).toEqual(found.toSorted((one, other) => other - one));
    expect(volumeUnderPrecisionRecall(labels, early(4), 0) as number).toBeLessThan(found[2] as number);
  });

  it('is not defined where nothing was attacked', () => {
    expect(volumeUnderPrecisionRecall(flags('....'), new Float64Array(4), 2)).toBeUndefined();
  });
});

describe('rank, delay and alarms', () => {
  it('half of the area is what scores reach that know nothing', () => {
    expect(ranking(flags('.#.#'), new Float64Array(4)).aucRoc).toBe(0.5);
    expect(ranking(flags('..##'), Float64Array.of(1, 2, 3, 4))).toEqual({ aucRoc: 1, averagePrecision: 1 });
    expect(ranking(flags('....'), new Float64Array(4)).aucRoc).toBeUndefined();
  });

  it('S of BATADAL is 1 for alarms that are the attacks, and less for late ones', () => {
    const labels = flags('....####....####');
    expect(batadalScore(labels, labels)).toBe(1);
    // One attack found at once, the other after half of it: TTD 0.75; TPR 0.75, TNR 1.
    expect(batadalScore(labels, flags('....####......##'))).toBeCloseTo((0.75 + 0.875) / 2, 12);
  });

  it('counts rows', () => {
    expect(pointWise(flags('..##'), flags('.##.'))).toMatchObject({
      ...{ truePositives: 1, falsePositives: 1, falseNegatives: 1, trueNegatives: 1 },
      ...{ precision: 0.5, recall: 0.5, f1: 0.5, falseAlarmRate: 0.5, missedAlarmRate: 0.5 },
    });
  });

  it('counts as false the alarms that touch no attack, by the day', () => {
    const found = score(flags('....##....'), flags('##...##..#'), new Float64Array(10), {
      secondsPerRow: 10_800,
    });
    expect(found.falseAlarmsPerDay).toBe(2);
    expect(found.medianDelay).toBe(1);
  });
});
