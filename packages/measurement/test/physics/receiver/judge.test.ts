import { describe, expect, it } from 'vitest';
import {
  chance,
  type FlightAttackPlan,
  judgeReceiver,
  learnNormalReceiver,
  nmeaOf,
  type ReceiverRules,
  simulatedFlight,
} from '../../../src/index.ts';
import { type Fix, fixes, logOf } from './sentences.ts';

const from = 80;
const simulated = (seed: number, speed: number, attack?: Partial<FlightAttackPlan>) =>
  logOf(
    nmeaOf(
      simulatedFlight(
        { seconds: 120, speed, ...(attack && { attack: { kind: 'jamming', from, ...attack } }) },
        chance(seed),
      ),
    ),
  );
const alarmsOf = (log: ReturnType<typeof logOf>, rules?: ReceiverRules) => {
  const began = log.table.times[0] as number;
  return judgeReceiver(log, rules).alarms.map(({ from: first, to, ...rest }) => ({
    ...{ from: first - began, to: to - began },
    ...rest,
  }));
};
const driven = (count: number, at?: (second: number) => Fix) => alarmsOf(logOf(fixes(count, at).join('')));

describe('a simulated receiver, by what it says in NMEA', () => {
  it.each([
    ['jamming', 1.6, 'jamming', 2],
    ['takeover', 30, 'spoofing', 1],
    ['takeover', 3, 'interference', 1],
    ['carry-off', 0.8, 'spoofing', 15],
  ] as const)('is found under %s of %s, as %s within %s s', (kind, size, told, within) => {
    for (let seed = 1; seed <= 5; seed++) {
      const [alarm] = alarmsOf(simulated(seed, 6, { kind, size }));
      expect(alarm?.kind).toBe(told);
      expect(alarm?.from).toBeGreaterThanOrEqual(from);
      expect(alarm?.from).toBeLessThan(from + within);
    }
  });

  it.each([0, 6])('says nothing at %s m/s without an attack', (speed) => {
    for (let seed = 1; seed <= 5; seed++) expect(alarmsOf(simulated(seed, speed))).toEqual([]);
  });

  it('is led away by so little as moves it, where it stands', () => {
    const log = simulated(1, 0, { kind: 'carry-off', size: 0.2 });
    const [alarm] = alarmsOf(log, { isFixed: true });
    expect(alarm).toMatchObject({ kind: 'spoofing', checks: expect.arrayContaining(['moved', 'speed']) });
    expect(alarm?.from).toBeLessThan(from + 12);
    expect(alarmsOf(simulated(1, 0), { isFixed: true })).toEqual([]);
  });

  it('is held against what was learned, also from its first moment on', () => {
    const normal = learnNormalReceiver([simulated(2, 0)], { isFixed: true });
    const jammed = simulated(3, 0, { kind: 'jamming', size: 1.6, from: -60 });
    const elsewhere = logOf(fixes(60, () => ({ knots: 0, latitude: 36 })).join(''));
    expect(judgeReceiver(elsewhere, { isFixed: true }).alarms).toEqual([]);
    expect(judgeReceiver(elsewhere, { isFixed: true }, normal).alarms[0]?.checks).toContain('moved');
    expect(judgeReceiver(simulated(4, 0), { isFixed: true }, normal).alarms).toEqual([]);
    expect(() => judgeReceiver(jammed)).toThrow(/never had a fix/);
  });
});

describe('a car', () => {
  it('drives, brakes and waits without an alarm', () => {
    const speeds = Array.from({ length: 90 }, (_, second) =>
      second < 40 ? 25 : Math.max(0, 25 - 8 * (second - 40)),
    );
    let latitude = 36;
    const alarms = driven(90, (second) => {
      latitude += ((speeds[second] as number) + (speeds[second - 1] ?? 25)) / 2 / 111_195;
      return { latitude, knots: ((speeds[second] as number) * 3600) / 1852 };
    });
    expect(alarms).toEqual([]);
  });

  it.each<[string, string, string, (second: number) => Fix]>([
    ['leaps', 'jump', 'spoofing', (second) => (second < 50 ? {} : { latitude: 36.01 + second / 11_119.5 })],
    ['leaps up', 'height leap', 'spoofing', (second) => ({ altitude: second < 50 ? 40 : 140 })],
    ['is faster at once', 'acceleration', 'spoofing', (second) => ({ knots: second < 50 ? 19.438 : 90 })],
    ['loses its fix', 'fix', 'jamming', (second) => (second < 50 ? {} : { quality: 0 })],
    [
      'has a clock that goes back',
      'time goes back',
      'spoofing',
      (second) => ({ time: second < 50 ? 36_000 + second : 30_000 + second }),
    ],
    ['simulates', 'receiver says simulated', 'spoofing', (second) => ({ quality: second < 50 ? 1 : 8 })],
    [
      'is far away after a hole',
      'out of reach',
      'spoofing',
      (second) => {
        if (second >= 50 && second < 60) return { quality: 0 };
        return second < 50 ? {} : { latitude: 36.2 + second / 11_119.5 };
      },
    ],
  ])('that %s is an alarm: %s, %s', (_, check, kind, at) => {
    const [alarm] = driven(100, at);
    expect(alarm?.from).toBeGreaterThanOrEqual(50);
    expect(alarm?.from).toBeLessThan(61);
    const told = driven(100, at);
    expect(told.flatMap(({ checks }) => checks)).toContain(check);
    expect(told.map((each) => each.kind)).toContain(kind);
  });

  it('comes out of a tunnel where it could have driven to', () => {
    const alarms = driven(100, (second) => (second >= 50 && second < 70 ? { quality: 0 } : {}));
    expect(alarms.flatMap(({ checks }) => checks)).not.toContain('out of reach');
    expect(alarms.map(({ kind }) => kind)).toEqual(['jamming']);
  });

  it('may think any time that it is until it has a fix', () => {
    const alarms = driven(100, (second) =>
      second < 20 ? { quality: 0, time: 70_000 + second, date: '060180' } : {},
    );
    expect(alarms).toEqual([]);
    const backwards = driven(100, (second) => (second < 20 ? { quality: 0, time: 70_000 + second } : {}));
    expect(backwards).toEqual([]);
  });

  it('begins anew after a hole in the log', () => {
    const first = fixes(60);
    // Elsewhere, under another sky.
    const later = (begin: number) =>
      fixes(60, (second) => ({
        ...{ time: begin + second, latitude: 36.05 + second / 11_119.5 },
        satellites: '04',
      }));
    expect(alarmsOf(logOf([...first, ...later(50_000)].join('')))).toEqual([]);
    expect(alarmsOf(logOf([...first, ...later(36_100)].join('')))).not.toEqual([]);
  });
});

describe('the clock of the logger', () => {
  const stamped = (late: (second: number) => number, ahead: (second: number) => number) =>
    alarmsOf(
      logOf(
        fixes(120, (second) => ({ time: 36_000 + second + ahead(second) }))
          .map((each, second) =>
            each.replaceAll('$', `${(1_795_773_600 + second + late(second)).toFixed(3)} $`),
          )
          .join(''),
      ),
    );

  it('may wait for sentences', () => {
    expect(
      stamped(
        (second) => 0.05 + (second % 4),
        () => 0,
      ),
    ).toEqual([]);
  });

  it('shows a receiver whose time leaps, ahead at once', () => {
    const [alarm] = stamped(
      () => 0.05,
      (second) => (second < 60 ? 0 : 2),
    );
    expect(alarm).toMatchObject({ kind: 'spoofing', checks: ['clock against the log'] });
    expect(alarm?.from).toBeGreaterThanOrEqual(60);
    expect(alarm?.from).toBeLessThan(64);
    const [behind] = stamped(
      () => 0.05,
      (second) => (second < 60 ? 0 : -2),
    );
    expect(behind?.from).toBeGreaterThanOrEqual(66);
    expect(behind?.from).toBeLessThan(75);
  });
});
