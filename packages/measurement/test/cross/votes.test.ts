import { describe, expect, it } from 'vitest';
import { CrossJudge, type CrossJudgement, learnCross, parseCrossCheck, rowsOf } from '../../src/index.ts';
import { type Found, judged } from './judged.ts';
import { room } from './room.ts';

const names = (count: number) => Array.from({ length: count }, (_, at) => `room-${at}/air#temperature`);
const same = (count: number) =>
  learnCross(room(count, 1), {
    alarmsPerDay: 0.1,
    checks: [parseCrossCheck(`equal ${names(count).join(' ')}`)],
  });
const begun = 2000;
const lie =
  (...liars: readonly number[]) =>
  (row: number, sensor: number) =>
    row >= begun && liars.includes(sensor) ? 1.5 : 0;
/** As it stood some rows after it began. */
const after = ({ told }: Found, least: number) =>
  told.find(({ at }) => at >= (begun + least) * 60) as CrossJudgement;

describe('sensors that measure the same', () => {
  const two = same(2);
  const three = same(3);

  it('outvote one that contradicts two others', () => {
    const { sensors, isTold, broken } = after(judged(three, room(3, 2, lie(1))), 30);
    expect(isTold).toBe(true);
    expect(sensors[0]).toMatchObject({ sensor: names(3)[1], kind: 'bias' });
    expect(sensors[0]?.probability).toBeGreaterThan(0.95);
    expect(broken.map(({ check }) => check)).toContain(`equal ${names(3).join(' ')}`);
  });

  it('cannot tell of two which one lies where a drift begins slowly, and say so of both', () => {
    const drift = (row: number, sensor: number) =>
      row >= begun && sensor === 1 ? Math.min(1.5, (row - begun) / 200) : 0;
    const { sensors, isTold } = after(judged(two, room(2, 2, drift)), 150);
    expect(isTold).toBe(false);
    expect(sensors.map(({ sensor }) => sensor).toSorted()).toEqual(names(2));
  });

  it('weigh what else is known: a stream that is replayed, a device that attestation speaks against', () => {
    const drift = (row: number, sensor: number) =>
      row >= begun && sensor === 1 ? Math.min(1.5, (row - begun) / 200) : 0;
    const tables = room(2, 2, drift);
    const replayed = after(
      judged(two, tables, (stream) => (stream === 'room-1/air' ? { freshness: 'replayed' } : {})),
      150,
    );
    expect(replayed).toMatchObject({ isTold: true, tier: 'contraindicated' });
    expect(replayed.sensors[0]).toMatchObject({ sensor: names(2)[1], kind: 'replay' });
    expect(replayed.sensors[0]?.reasons).toContainEqual(
      expect.objectContaining({ what: 'freshness', name: 'replayed' }),
    );
    const attested = after(
      judged(two, tables, (stream) => ({
        attestation: stream === 'room-1/air' ? 'contraindicated' : 'affirming',
      })),
      150,
    );
    expect(attested.sensors[0]).toMatchObject({ sensor: names(2)[1] });
    expect(attested.isTold).toBe(true);
  });

  it('are outvoted themselves by two that lie alike, unless something else speaks against these', () => {
    const tables = room(3, 2, lie(0, 1));
    const named = after(
      judged(three, tables, (stream) => (stream === 'room-2/air' ? { isJudged: true } : {})),
      30,
    );
    expect(named.sensors.map(({ sensor }) => sensor)).toContain(names(3)[2]);
    const forged = after(
      judged(three, tables, (stream) =>
        stream === 'room-2/air' ? { isJudged: true } : { freshness: 'forged' },
      ),
      30,
    );
    expect(forged).toMatchObject({ isTold: true, tier: 'contraindicated' });
    expect(
      forged.sensors
        .filter(({ probability }) => probability >= 0.8)
        .map(({ sensor }) => sensor)
        .toSorted(),
    ).toEqual(names(3).slice(0, 2));
  });

  /** One lies from `begun` on; the witness says nothing any more from so many rows behind that on. */
  const without = (witness: number, seed: number) =>
    judged(
      three,
      room(3, seed, lie(1)).map((table, sensor) =>
        sensor === 2 ? { ...table, frame: rowsOf(table.frame, 0, begun + witness) } : table,
      ),
    ).last;

  it.each([0, 1, 3, 10])('remember a witness who left %i rows after the lie began', (witness) => {
    for (const seed of [2, 3]) {
      const last = without(witness, seed);
      expect(last).toMatchObject({ isTold: true, sensors: [{ sensor: names(3)[1] }] });
      expect(last?.sensors.length).toBe(1);
    }
  });

  it('take nothing for a witness who left before: who lies of the two that are left cannot be told', () => {
    for (const seed of [2, 3]) {
      const { isTold, sensors = [] } = without(-40, seed) ?? {};
      expect(isTold).toBe(false);
      expect(sensors.map(({ sensor }) => sensor).toSorted()).toEqual(names(3).slice(0, 2));
    }
  });
});

describe('a tolerance that is given', () => {
  it.each([
    ['sum room-0/air#temperature room-1/air#temperature room-2/air#temperature within 0.1', true],
    ['below room-0/air#temperature room-1/air#temperature within 0.2', false],
    ['ratio room-0/air#temperature room-1/air#temperature 1 within 0.2', false],
    ['ratio room-0/air#temperature room-1/air#temperature 2 within 0.2', true],
    ['below room-0/air#temperature room-1/air#temperature', false],
  ])('is what counts, three rows running: %s', (check, isBroken) => {
    const by = learnCross(room(3, 1), { alarmsPerDay: 0.1, checks: [parseCrossCheck(check)] });
    const { last } = judged(by, room(3, 4));
    expect(last?.broken.some((each) => each.check === check) ?? false).toBe(isBroken);
  });

  it('counts on where a sensor leaves out every third reading, and anew after a silence', () => {
    const check = `ratio ${names(2).join(' ')} 2 within 0.2`;
    const judge = new CrossJudge(
      learnCross(room(2, 1), { alarmsPerDay: 0.1, checks: [parseCrossCheck(check)] }),
    );
    const standing = (...first: readonly number[]) =>
      first.map((value, row) => {
        judge.push(60 * row, Float64Array.of(value, 20));
        return (judge.standing[0] as number) >= 1;
      });
    const { NaN: none } = Number;
    expect(standing(20, 20, none, 20, none, none, 20)).toEqual([
      false,
      false,
      false,
      true,
      false,
      false,
      true,
    ]);
    expect(standing(none, none, none, 20, 20, 20)).toEqual([false, false, false, false, false, true]);
  });
});
