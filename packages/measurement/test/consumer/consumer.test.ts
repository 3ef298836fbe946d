import { describe, expect, it } from 'vitest';
import {
  altered,
  blindSpot,
  type Consumer,
  effectOf,
  Judge,
  learn,
  type Readings,
  spreadOf,
  stepped,
} from '../../src/index.ts';
import { plant } from '../plant.ts';

const profile = learn(plant(4000, 1), { alarmsPerDay: 1 });
const honest = plant(300, 2);
const deviations = spreadOf(honest.values, 4);
const [speed, flow, pressure] = [0, 1, 2];
const window = { from: 150, rows: 150 };

/** Opens a valve by what flow is missing, summed up: a lie of constant size moves it farther and farther. */
const controller = stepped({
  outputs: ['valve'],
  start() {
    let sum = 0;
    return (row) => {
      sum += 0.01 * (40 - (row[flow] as number));
      return [sum];
    };
  },
});

const lie = (channel: number, amount: number): Readings =>
  altered(honest, {
    ...{ shape: 'bias', ...window },
    amounts: Float64Array.from({ length: 4 }, (_, at) => (at === channel ? amount : 0)),
  });

function severities({ rows, values }: Readings): number[] {
  const judge = new Judge(profile);
  return Array.from(
    { length: rows },
    (_, row) => judge.push(values.subarray(row * 4, (row + 1) * 4)).severity,
  );
}

describe('the effect of a lie', () => {
  it('is what the consumer would have done less what it does', async () => {
    const { outputs } = await effectOf(controller, honest, lie(flow, 5));
    expect(outputs).toHaveLength(1);
    // 150 rows, each 0.05 less.
    expect(outputs[0]?.most).toBeCloseTo(-7.5, 6);
    expect(outputs[0]?.at).toBe(299);
  });

  it('is nothing on a channel that the consumer does not read', async () => {
    const { outputs, harmfulFrom } = await effectOf(controller, honest, lie(pressure, 5), { harm: 0.001 });
    expect(outputs[0]?.most).toBe(0);
    expect(harmfulFrom).toBeUndefined();
  });

  it('tells how much earlier than harm it was noticed', async () => {
    const told = severities(lie(flow, 5));
    const effect = await effectOf(controller, honest, lie(flow, 5), {
      harm: 2,
      isNoticed: (row) => row >= window.from && (told[row] as number) >= 1,
    });
    // 0.05 a row: two are full at the fortieth.
    expect(effect.harmfulFrom).toBe(window.from + 39);
    expect(effect.noticedAt).toBeGreaterThanOrEqual(window.from);
    expect(effect.lead).toBe((effect.harmfulFrom as number) - (effect.noticedAt as number));
    expect(effect.lead).toBeGreaterThan(0);
  });

  it('refuses a consumer that gives too little, or no number', async () => {
    const short: Consumer = { outputs: ['a', 'b'], run: ({ rows }) => new Float64Array(rows) };
    await expect(effectOf(short, honest, honest)).rejects.toMatchObject({
      code: 'measurement/consumer-output',
    });
    const wrong = stepped({ outputs: ['a'], start: () => () => [Number.NaN] });
    await expect(effectOf(wrong, honest, honest)).rejects.toMatchObject({
      code: 'measurement/consumer-output',
    });
    const wide = stepped({ outputs: ['a'], start: () => () => [1, 2] });
    await expect(effectOf(wide, honest, honest)).rejects.toMatchObject({
      code: 'measurement/consumer-output',
    });
  });

  it('says in which row a consumer failed, and of which output it gave no number', async () => {
    const failing = stepped({
      outputs: ['a'],
      start: () => (row) => {
        if (row[flow] === honest.values[4 * 7 + flow]) throw new Error('the valve is stuck');
        return [1];
      },
    });
    await expect(effectOf(failing, honest, honest)).rejects.toMatchObject({
      ...{
        code: 'measurement/consumer-failed',
        message: expect.stringContaining('row 8: the valve is stuck'),
      },
    });
    const whole: Consumer = { outputs: ['a'], run: () => Promise.reject(new TypeError('no such model')) };
    await expect(effectOf(whole, honest, honest)).rejects.toMatchObject({
      code: 'measurement/consumer-failed',
    });
    const wrong: Consumer = {
      ...{ outputs: ['a', 'b'], run: ({ rows }) => new Float64Array(2 * rows).fill(Number.NaN, 11) },
    };
    await expect(effectOf(wrong, honest, honest)).rejects.toMatchObject({ detail: { output: 'b', row: 5 } });
  });
});

describe('the blind spot', () => {
  const search = (held: number[]) =>
    blindSpot(controller, () => new Judge(profile), honest, deviations, { held, ...window, trials: 400 });

  it('holds a lie that really stays unseen, and really moves the output', async () => {
    const { alteration, shift, severity, trials } = await search([flow]);
    const told = severities(altered(honest, alteration)).slice(window.from);
    expect(Math.max(...told)).toBeCloseTo(severity, 9);
    expect(severity).toBeLessThan(1);
    expect(trials).toBeLessThanOrEqual(410);
    const { outputs } = await effectOf(controller, honest, altered(honest, alteration));
    expect(outputs[0]?.most).toBeCloseTo(shift, 9);
    expect(Math.abs(shift)).toBeGreaterThan(0);
  });

  it('keeps to what each sensor can say: rounding alone would give a lie away', async () => {
    const { alteration } = await search([flow]);
    const told = altered(honest, alteration).values;
    const lies = told.map((value, at) => value - (honest.values[at] as number)).filter((lie) => lie !== 0);
    expect(lies.length).toBeGreaterThan(100);
    // The plant writes four decimals.
    for (const lie of lies) expect(lie * 1e4).toBeCloseTo(Math.round(lie * 1e4), 6);
    for (const value of told) expect(Number(value.toFixed(4))).toBe(value);
  });

  it('is at its edge: a tenth more is noticed', async () => {
    const { alteration } = await search([flow]);
    const more = { ...alteration, amounts: alteration.amounts.map((each) => 1.1 * each) };
    expect(Math.max(...severities(altered(honest, more)).slice(window.from))).toBeGreaterThanOrEqual(1);
  });

  it('is larger for somebody who holds all that belongs together', async () => {
    const one = await search([flow]);
    const all = await search([speed, flow, pressure]);
    expect(all.relative).toBeGreaterThan(2 * one.relative);
  });

  it('ends with its rows: what alarms later without it is none of it', async () => {
    const late = altered(honest, {
      ...{ shape: 'bias', from: 280, rows: 20 },
      amounts: Float64Array.of(0, 50, 0, 0),
    });
    const judge = () => new Judge(profile);
    const options = { held: [flow], from: 100, trials: 60 };
    const found = await blindSpot(controller, judge, late, deviations, { ...options, rows: 50 });
    expect(found.severity).toBeLessThan(1);
    expect(Math.abs(found.shift)).toBeGreaterThan(0);
    await expect(
      blindSpot(controller, judge, late, deviations, { ...options, rows: 200 }),
    ).rejects.toMatchObject({ detail: { row: 280 } });
  });

  it('is judged by detectors that know what time it is', async () => {
    const told: (number | undefined)[] = [];
    class Listening extends Judge {
      override push(values: Float64Array, time?: number) {
        told.push(time);
        return super.push(values, time);
      }
    }
    const options = { held: [flow], ...window, trials: 1, times: honest.times };
    await blindSpot(controller, () => new Listening(profile), honest, deviations, options);
    expect(told.slice(0, honest.rows)).toEqual([...honest.times]);
  });

  it('is not looked for where the honest readings raise an alarm', async () => {
    const wrong = lie(flow, 50);
    await expect(
      blindSpot(controller, () => new Judge(profile), wrong, deviations, window),
    ).rejects.toMatchObject({ code: 'measurement/alarm-without-lie' });
  });
});
