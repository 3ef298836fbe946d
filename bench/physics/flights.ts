import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  chance,
  type Flight,
  type FlightAttackPlan,
  type FlightTable,
  type FlightTopic,
  FrameReader,
  flightTable,
  flightTopicOf,
  judgeFlight,
  learnNormalFlight,
  type NormalFlight,
  simulatedFlight,
} from '@kiten/measurement';
import { median, print } from '../figure.ts';

/** Seconds after the first fix; docs/measurement-physics.md says how it shows. */
const spoofedFrom = 117.5;
const runs = 20;
const seconds = 120;
const attackedFrom = 80;
const attacks: readonly FlightAttackPlan[] = [
  { kind: 'jamming', from: attackedFrom, size: 1.1 },
  { kind: 'jamming', from: attackedFrom, size: 1.6 },
  { kind: 'takeover', from: attackedFrom, size: 3 },
  { kind: 'takeover', from: attackedFrom, size: 30 },
  { kind: 'carry-off', from: attackedFrom, size: 1.5 },
  { kind: 'carry-off', from: attackedFrom, size: 0.8 },
  { kind: 'carry-off', from: attackedFrom, size: 0.4 },
  { kind: 'carry-off', from: attackedFrom, size: 0.2 },
];

export function physicsOfFlights(folder: string | undefined): void {
  if (folder !== undefined && existsSync(join(folder, 'uav-gps'))) recorded(join(folder, 'uav-gps'));
  simulated();
}

function recorded(folder: string): void {
  const calm = read(join(folder, 'Benign Flight'));
  const attacked = read(join(folder, 'GPS Spoofing'));
  const normal = learnNormalFlight([calm]);
  delay('spoofed flight, physics alone', attacked);
  delay('spoofed flight, learned from the other', attacked, normal);
  const fixes = (attacked.get('vehicle_gps_position') as FlightTable).times[0] as number;
  const before = cut(attacked, 0, fixes + spoofedFrom);
  falseAlarms('spoofed flight, before', before);
  falseAlarms('flight without an attack, physics alone', calm);
  const middle = (start(calm) + end(calm)) / 2;
  const [first, second] = [cut(calm, 0, middle), cut(calm, middle, Number.POSITIVE_INFINITY)];
  falseAlarms('its second half, learned from the first', second, learnNormalFlight([first]));
  falseAlarms('its first half, learned from the second', first, learnNormalFlight([second]));
  falseAlarms(
    'without an attack, learned from the other before its attack',
    calm,
    learnNormalFlight([before]),
  );
  const ratios = attacked.get('estimator_innovation_test_ratios')?.columns;
  const gate = ['gps_hvel[0]', 'gps_hpos[0]', 'gps_vvel'].flatMap((name) => [...(ratios?.get(name) ?? [])]);
  print({
    figure: 'highest test ratio of the autopilot, which refuses from 1 on',
    value: Math.max(...gate),
    unit: 'of 1',
  });
  for (const topics of [
    ['vehicle_gps_position'],
    ['estimator_innovations'],
    ['estimator_innovation_test_ratios'],
    ['estimator_status'],
    ['vehicle_gps_position', 'estimator_innovations'],
    ['vehicle_gps_position', 'estimator_innovation_test_ratios'],
    ['vehicle_gps_position', 'sensor_combined', 'estimator_status'],
  ]) {
    const some = (flight: Flight) => new Map([...flight].filter(([topic]) => topics.includes(topic)));
    delay(`spoofed flight, only ${topics.join(', ')}`, some(attacked), undefined, fixes + spoofedFrom);
    falseAlarms(`flight without an attack, only ${topics.join(', ')}`, some(calm));
  }
}

function delay(
  name: string,
  flight: Flight,
  normal?: NormalFlight,
  began = start(flight) + spoofedFrom,
): void {
  const alarm = judgeFlight(flight, normal).alarms.find(({ to }) => to >= began);
  const value = alarm === undefined ? Number.POSITIVE_INFINITY : alarm.from - began;
  print({ figure: `${name}: alarm after`, value, unit: 's', floor: 60, goal: 5 });
}

function falseAlarms(name: string, flight: Flight, normal?: NormalFlight): void {
  const { alarms, moments } = judgeFlight(flight, normal);
  const highest = moments.reduce((most, { severity }) => Math.max(most, severity), 0);
  print({
    figure: `${name}: highest score, 1 is an alarm`,
    value: highest,
    unit: 'of 1',
    limitedBy: `${alarms.length} alarms`,
  });
}

function simulated(): void {
  for (const speed of [0, 6]) {
    const how = speed === 0 ? 'hovering' : `${speed} m/s`;
    const calm = judged(() => undefined, speed);
    const called = calm.filter(({ alarms }) => alarms.length > 0).length;
    print({
      figure: `simulated, ${how}: flights of two minutes with a false alarm`,
      value: called / runs,
      unit: 'of 1',
      rounds: runs,
    });
    for (const attack of attacks) {
      const all = judged(() => attack, speed);
      const late = all.flatMap(({ alarms }) => {
        const alarm = alarms.find(({ from }) => from >= 100 + attackedFrom);
        return alarm === undefined ? [] : [alarm.from - 100 - attackedFrom];
      });
      const figure = `simulated, ${how}: ${attack.kind} of ${attack.size}`;
      print({ figure, value: late.length / runs, unit: 'of 1', rounds: runs });
      if (late.length > 0) print({ figure: `${figure}, median delay`, value: median(late), unit: 's' });
    }
  }
}

function judged(attackOf: () => FlightAttackPlan | undefined, speed: number) {
  return Array.from({ length: runs }, (_, seed) => {
    const attack = attackOf();
    return judgeFlight(
      simulatedFlight({ seconds, speed, ...(attack === undefined ? {} : { attack }) }, chance(seed + 1)),
    );
  });
}

function read(folder: string): Flight {
  const flight = new Map<FlightTopic, FlightTable>();
  for (const name of readdirSync(folder)) {
    const topic = flightTopicOf(name);
    if (topic === undefined) continue;
    const reader = new FrameReader();
    reader.push(readFileSync(join(folder, name), 'utf8'));
    flight.set(topic, flightTable(topic, reader.end()));
  }
  return flight;
}

const start = (flight: Flight): number => flight.get('vehicle_gps_position')?.times[0] ?? Number.NaN;
const end = (flight: Flight): number => flight.get('vehicle_gps_position')?.times.at(-1) ?? Number.NaN;

function cut(flight: Flight, from: number, to: number): Flight {
  return new Map(
    [...flight].map(([topic, { times, columns }]) => {
      const first = times.findIndex((time) => time >= from);
      const last = times.findLastIndex((time) => time < to);
      const kept = (of: Float64Array) => of.subarray(first < 0 ? times.length : first, last + 1);
      const rest = new Map([...columns].map(([name, column]) => [name, kept(column)]));
      return [topic, { topic, times: kept(times), columns: rest }];
    }),
  );
}
