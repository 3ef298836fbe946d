import { describe, expect, it } from 'vitest';
import {
  chance,
  type Flight,
  type FlightAttackPlan,
  FrameReader,
  flightTable,
  flightTopicOf,
  judgeFlight,
  learnNormalFlight,
  simulatedFlight,
} from '../../src/index.ts';

const began = 100;
const from = 60;
const flight = (seed: number, attack?: FlightAttackPlan, speed = 0) =>
  simulatedFlight({ seconds: 90, speed, ...(attack === undefined ? {} : { attack }) }, chance(seed));
const attacked = (kind: FlightAttackPlan['kind'], size?: number) =>
  flight(3, { kind, from, ...(size === undefined ? {} : { size }) });

/** Some tables, and all of their columns or some. */
const only = (
  whole: Flight,
  topics: readonly string[],
  keep: (column: string) => boolean = () => true,
): Flight =>
  new Map(
    [...whole]
      .filter(([topic]) => topics.includes(topic))
      .map(([topic, table]) => [
        topic,
        { ...table, columns: new Map([...table.columns].filter(([name]) => keep(name))) },
      ]),
  );

/** Changes a column of the receiver's from a moment on. */
const altered = (
  whole: Flight,
  name: string,
  since: number,
  change: (value: number, row: number) => number,
): Flight => {
  const table = whole.get('vehicle_gps_position');
  if (table === undefined) throw new Error('There is no receiver.');
  const column = (table.columns.get(name) ?? new Float64Array(table.times.length)).map((value, row) =>
    (table.times[row] as number) < since ? value : change(value, row),
  );
  return new Map([
    ...whole,
    ['vehicle_gps_position', { ...table, columns: new Map([...table.columns, [name, column]]) }],
  ]);
};

describe('a flight without an attack', () => {
  it.each([
    ['hovers in the wind', 0],
    ['flies a course with turns', 6],
  ])('has no alarm when it %s, nor with what was learned from another', (_, speed) => {
    for (const seed of [1, 2, 3]) {
      const judged = judgeFlight(flight(seed, undefined, speed));
      expect(judged.alarms).toEqual([]);
      expect(judged.moments.length).toBe(450);
      const learned = learnNormalFlight([flight(seed + 10, undefined, speed)]);
      expect(judgeFlight(flight(seed, undefined, speed), learned).alarms).toEqual([]);
    }
  });
});

describe('an attack on the receiver', () => {
  it.each([
    ['jamming', undefined, 'jamming', 2],
    ['takeover', 30, 'spoofing', 1],
    ['carry-off', 1.5, 'spoofing', 5],
  ] as const)('by %s of size %s is called %s within %s seconds', (kind, size, called, within) => {
    const { alarms } = judgeFlight(attacked(kind, size));
    expect(alarms[0]?.kind).toBe(called);
    expect(alarms[0]?.from).toBeGreaterThanOrEqual(began + from);
    expect(alarms[0]?.from).toBeLessThan(began + from + within);
  });

  it.each([
    ['the receiver alone', ['vehicle_gps_position']],
    ['the receiver and the estimator', ['vehicle_gps_position', 'estimator_innovations']],
    ['the receiver and the accelerometers', ['vehicle_gps_position', 'sensor_combined', 'vehicle_attitude']],
  ])('by takeover is found from %s', (_, topics) => {
    const { alarms } = judgeFlight(only(attacked('takeover', 30), topics));
    expect(alarms[0]?.from).toBeGreaterThanOrEqual(began + from);
    expect(judgeFlight(only(flight(3), topics)).alarms).toEqual([]);
  });

  it('by carry-off moves the position, but no accelerometer', () => {
    const topics = ['vehicle_gps_position', 'sensor_combined', 'vehicle_attitude'];
    const { alarms } = judgeFlight(only(attacked('carry-off', 1.5), topics));
    expect(alarms[0]?.checks[0]).toBe('long push');
    // So slow that it is within what a tilt of one degree does, it stays unseen: nothing measures it.
    expect(judgeFlight(only(attacked('carry-off', 0.1), topics)).alarms).toEqual([]);
  });

  it('is no longer usual after it has lasted', () => {
    const noisy = altered(flight(4), 'noise_per_ms', began + 20, (value) => 1.5 * value);
    const { alarms } = judgeFlight(noisy);
    expect(alarms).toHaveLength(1);
    expect(alarms[0]?.to).toBeGreaterThan(began + 88);
  });

  it.each([
    ['the satellites’ clock jumps', 'time_utc_usec', (value: number) => value + 5e6, 'clock', 'spoofing'],
    ['the position jumps', 'lat', (value: number) => value + 2000, 'jump', 'spoofing'],
    ['the height leaves the air’s', 'alt', (value: number) => value + 20_000, 'height', 'spoofing'],
    ['the receiver itself says so', 'spoofing_state', () => 3, 'receiver says spoofing', 'spoofing'],
    [
      'the gain falls to a half',
      'automatic_gain_control',
      (_: number, row: number) => (row < 300 ? 4000 : 2000),
      'gain',
      'interference',
    ],
    ['a carrier stands in the band', 'jamming_indicator', () => 200, 'carrier', 'interference'],
    ['four satellites are left', 'satellites_used', () => 4, 'few satellites', 'jamming'],
    ['the fix is lost', 'fix_type', () => 0, 'fix', 'jamming'],
  ] as const)('shows where %s', (_, column, change, check, kind) => {
    const since = column === 'automatic_gain_control' ? 0 : began + from;
    const { alarms } = judgeFlight(altered(flight(5), column, since, change));
    expect(alarms[0]?.checks).toContain(check);
    expect(alarms[0]?.kind).toBe(kind);
    expect(alarms[0]?.from).toBeGreaterThanOrEqual(began + from - 0.2);
  });

  it.each([
    ['weaker', 44, 32],
    ['stronger', 36, 49],
  ])('shows where all satellites become %s at once', (_, before, after) => {
    const times = Float64Array.from({ length: 90 }, (_, row) => began + row);
    const strength = (place: number) =>
      times.map((time, row) => (time < began + from ? before : after) + place + 2 * Math.sin(row + place));
    const columns = new Map([0, 1, 2, 3].map((place) => [`snr[${place}]`, strength(place)]));
    const satellites = { topic: 'satellite_info', times, columns };
    const { alarms } = judgeFlight(new Map([...flight(6), ['satellite_info', satellites]]));
    expect(alarms[0]?.checks[0]).toBe('strength');
    expect(alarms[0]?.from).toBe(began + from);
  });

  it('that only disturbs a little shows in what belongs to different families, and not in one of them', () => {
    const weaker = altered(flight(6), 'satellites_used', began + from, () => 8);
    expect(judgeFlight(weaker).alarms).toEqual([]);
    const both = altered(weaker, 'noise_per_ms', began + from, (value) => 1.28 * value);
    expect(judgeFlight(both).alarms[0]).toMatchObject({
      kind: 'interference',
      checks: expect.arrayContaining(['noise', 'satellites']),
    });
  });

  it('shows where fixes stop while the log goes on', () => {
    const whole = flight(6);
    const table = whole.get('vehicle_gps_position');
    if (table === undefined) throw new Error('There is no receiver.');
    const rows = table.times.findIndex((time) => time >= began + from);
    const cut = {
      ...{ topic: table.topic, times: table.times.subarray(0, rows) },
      columns: new Map([...table.columns].map(([name, column]) => [name, column.subarray(0, rows)])),
    };
    const { alarms } = judgeFlight(new Map([...whole, ['vehicle_gps_position', cut]]));
    expect(alarms[0]).toMatchObject({ kind: 'jamming', checks: ['silence'] });
    // A log that ends is no silence.
    expect(judgeFlight(new Map([['vehicle_gps_position', cut]])).alarms).toEqual([]);
  });

  it('from before the log began shows against what is usual of the vehicle', () => {
    const noisy = altered(flight(7), 'noise_per_ms', 0, (value) => 2 * value);
    expect(judgeFlight(noisy).alarms).toEqual([]);
    expect(judgeFlight(noisy, learnNormalFlight([flight(8)])).alarms[0]?.checks).toContain('noise');
  });
});

describe('the tables of a flight', () => {
  it('are known by the ends of their names', () => {
    expect(flightTopicOf('log_5_2033-8-19_vehicle_gps_position_0.csv')).toBe('vehicle_gps_position');
    expect(flightTopicOf('estimator_status_0.csv')).toBe('estimator_status');
    expect(flightTopicOf('log_yaw_estimator_status_0.csv')).toBe('yaw_estimator_status');
    expect(flightTopicOf('log_vehicle_gps_position_1.csv')).toBeUndefined();
    expect(flightTopicOf('log_battery_status_0.csv')).toBeUndefined();
  });

  it('count microseconds, and have the names of newer versions of PX4, too', () => {
    const reader = new FrameReader();
    reader.push('timestamp,latitude_deg,longitude_deg,altitude_msl_m,vel_n_m_s,vel_e_m_s,fix_type\n');
    for (let row = 0; row < 60; row++)
      reader.push(`${615_291_088 + row * 199_977},${36.2 + (row < 40 ? 0 : 0.001)},138,40.5,0,0,3\n`);
    const table = flightTable('sensor_gps', reader.end());
    expect(table.times[0]).toBeCloseTo(615.291_088, 9);
    const { alarms } = judgeFlight(new Map([['sensor_gps', table]]));
    expect(alarms[0]?.checks).toEqual(['jump']);
    expect(alarms[0]?.from).toBeCloseTo(615.291_088 + 40 * 0.199_977, 9);
  });

  it('need not be of the receiver, but of something that can be judged', () => {
    const innovations = ['estimator_innovations'];
    expect(judgeFlight(only(attacked('takeover', 30), innovations)).alarms[0]?.checks[0]).toBe(
      'position innovation',
    );
    expect(judgeFlight(only(flight(1), innovations)).alarms).toEqual([]);
    expect(() => judgeFlight(only(flight(1), ['sensor_baro']))).toThrow(
      expect.objectContaining({ code: 'measurement/flight-unjudgeable' }),
    );
  });
});
