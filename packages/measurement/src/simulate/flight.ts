import { gaussian } from '@kiten/numerics';
import type { Flight, FlightTable, FlightTopic } from '../physics/flight/flight.ts';
import { Estimator } from './flight-estimator.ts';
import { disturbed, type FlightAttackPlan, usualReceiver } from './receiver.ts';
import { simulatedSatellites } from './satellites.ts';

export interface FlightPlan {
  /** Of the log. */
  readonly seconds: number;
  /** Hovers in the wind, or flies a square of this speed, in m/s. */
  readonly speed?: number;
  readonly attack?: FlightAttackPlan;
}

/** Rows a second of inertial sensors, and how many of them a fix and a row of the estimator take. */
const rate = 50;
const fixEvery = 10;
const estimatorEvery = 5;
const latitude = 36.2;
const metresPerDegree = 111_195;

/**
 * A simulation, not a recording: a multicopter in gusty wind with accelerometers, a barometer, a receiver whose errors wander, and an
 * estimator that follows the receiver as PX4's does, in tables as `ulog2csv` writes them. The vehicle keeps its course under attack.
 *
 * @param random between 0 and 1
 */
export function simulatedFlight({ seconds, speed = 0, attack }: FlightPlan, random: () => number): Flight {
  const normal = gaussian(random);
  const tables = new Rows();
  const wind = [0, 0];
  const wander = [0, 0, 0];
  const position = [0, 0];
  const velocity = [0, 0];
  const estimator = new Estimator();
  const bias = [0.03 * normal(), 0.03 * normal()];
  for (let step = 0; step < seconds * rate; step++) {
    const time = 100 + step / rate;
    const course = (Math.floor(step / rate / 15) % 4) * (Math.PI / 2);
    const wanted = [speed * Math.cos(course), speed * Math.sin(course)];
    const acceleration = [0, 1].map((axis) => {
      wind[axis] = 0.98 * at(wind, axis) + 0.15 * normal();
      const push =
        0.8 * (at(wanted, axis) - at(velocity, axis)) - 0.1 * at(position, axis) * Number(speed === 0);
      return Math.max(-4, Math.min(4, push)) + 0.3 * at(wind, axis);
    });
    const felt = acceleration.map((each, axis) => each + at(bias, axis) + 0.5 * normal());
    for (const axis of [0, 1]) {
      velocity[axis] = at(velocity, axis) + at(acceleration, axis) / rate;
      position[axis] = at(position, axis) + at(velocity, axis) / rate;
    }
    const micros = Math.round(time * 1e6);
    tables.add('sensor_combined', micros, {
      'accelerometer_m_s2[0]': at(felt, 0),
      'accelerometer_m_s2[1]': at(felt, 1),
      'accelerometer_m_s2[2]': -9.81 + 0.5 * normal(),
    });
    estimator.feel(felt, 1 / rate);
    if (step % estimatorEvery === 0) {
      tables.add('vehicle_attitude', micros, { 'q[0]': 1, 'q[1]': 0, 'q[2]': 0, 'q[3]': 0 });
      tables.add('sensor_baro', micros, { pressure: 1005 + 0.02 * normal() });
    }
    if (step % fixEvery !== 0) continue;
    for (const axis of [0, 1, 2]) wander[axis] = 0.99 * at(wander, axis) + 0.08 * normal();
    const fix = disturbed(attack, step / rate, {
      ...usualReceiver(normal),
      north: at(position, 0) + at(wander, 0) + 0.05 * normal(),
      east: at(position, 1) + at(wander, 1) + 0.05 * normal(),
      up: 50 + 2 * at(wander, 2),
      speedNorth: at(velocity, 0) + 0.06 * normal(),
      speedEast: at(velocity, 1) + 0.06 * normal(),
      clock: time,
    });
    tables.add('vehicle_gps_position', micros, {
      time_utc_usec: Math.round((1.7e9 + fix.clock) * 1e6),
      lat: Math.round((latitude + fix.north / metresPerDegree) * 1e7),
      lon: Math.round((138 + fix.east / metresPerDegree / Math.cos((latitude * Math.PI) / 180)) * 1e7),
      alt: Math.round(1000 * fix.up),
      s_variance_m_s: fix.speedAccuracy,
      eph: fix.accuracy,
      hdop: fix.dilution,
      noise_per_ms: Math.round(fix.noise),
      jamming_indicator: Math.round(fix.carrier),
      vel_n_m_s: fix.speedNorth,
      vel_e_m_s: fix.speedEast,
      fix_type: fix.satellites >= 4 ? 3 : 0,
      satellites_used: fix.satellites,
    });
    tables.add('satellite_info', micros, simulatedSatellites(attack, step / rate, fix.satellites));
    if (fix.satellites < 4) continue;
    tables.add('estimator_innovations', micros, estimator.follow(fix));
  }
  return tables.flight();
}

/** Tables that grow row by row. */
class Rows {
  readonly #tables = new Map<
    FlightTopic,
    { readonly times: number[]; readonly columns: Map<string, number[]> }
  >();

  add(topic: FlightTopic, micros: number, row: Readonly<Record<string, number>>): void {
    let table = this.#tables.get(topic);
    if (table === undefined) {
      table = { times: [], columns: new Map(Object.keys(row).map((name) => [name, []])) };
      this.#tables.set(topic, table);
    }
    table.times.push(micros / 1e6);
    for (const [name, value] of Object.entries(row)) table.columns.get(name)?.push(value);
  }

  flight(): Flight {
    return new Map(
      [...this.#tables].map(([topic, { times, columns }]): [string, FlightTable] => [
        topic,
        {
          ...{ topic, times: Float64Array.from(times) },
          columns: new Map([...columns].map(([name, values]) => [name, Float64Array.from(values)])),
        },
      ]),
    );
  }
}

const at = (of: readonly number[], axis: number): number => of[axis] as number;
