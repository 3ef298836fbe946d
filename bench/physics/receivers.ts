import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  chance,
  type Flight,
  type FlightAttackPlan,
  type FlightTable,
  FrameReader,
  flightTable,
  flightTopicOf,
  judgeReceiver,
  learnNormalReceiver,
  type NormalReceiver,
  nmeaOf,
  type ReceiverLog,
  ReceiverLogReader,
  simulatedFlight,
} from '@kiten/measurement';
import { median, print } from '../figure.ts';

/** Seconds after the first fix; docs/measurement-physics.md says how it shows. */
const spoofedFrom = 117.5;
const runs = 20;
const [seconds, attackedFrom] = [120, 80];
const attacks: readonly FlightAttackPlan[] = [
  { kind: 'jamming', from: attackedFrom, size: 1.6 },
  { kind: 'takeover', from: attackedFrom, size: 3 },
  { kind: 'takeover', from: attackedFrom, size: 30 },
  { kind: 'carry-off', from: attackedFrom, size: 0.8 },
  { kind: 'carry-off', from: attackedFrom, size: 0.2 },
];

/** What receivers say themselves, in NMEA: that of the recorded flights, other people's receivers, and simulated ones. */
export function physicsOfReceivers(folder: string | undefined): void {
  if (folder !== undefined && existsSync(join(folder, 'uav-gps'))) recorded(join(folder, 'uav-gps'));
  if (folder !== undefined && existsSync(join(folder, 'nmea'))) others(join(folder, 'nmea'));
  simulated();
}

function recorded(folder: string): void {
  const calm = read(join(folder, 'Benign Flight'));
  const attacked = read(join(folder, 'GPS Spoofing'));
  const normal = learnNormalReceiver([calm]);
  for (const [how, known] of [
    ['physics alone', undefined],
    ['learned from the other', normal],
  ] as const) {
    const { from, highest } = found(attacked, spoofedFrom, known);
    print({
      figure: `receiver of the spoofed flight as NMEA, ${how}: alarm after`,
      value: from,
      unit: 's',
      floor: 60,
      goal: 5,
    });
    print({ figure: `the same, before: highest score, 1 is an alarm`, value: highest, unit: 'of 1' });
  }
  const { highest } = found(calm, Number.POSITIVE_INFINITY);
  print({ figure: 'receiver of the flight without an attack: highest score', value: highest, unit: 'of 1' });
}

/** Logs of receivers that nobody attacked. */
function others(folder: string): void {
  const kinds = new Map<string, number>();
  let [judged, time] = [0, 0];
  for (const name of readdirSync(folder)) {
    const reader = new ReceiverLogReader();
    try {
      reader.push(readFileSync(join(folder, name), 'latin1'));
      const log = reader.end();
      const { alarms } = judgeReceiver(log);
      judged++;
      time += log.table.times.length;
      for (const kind of new Set(alarms.map((alarm) => alarm.kind)))
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    } catch (error) {
      if (!(error as { code?: string }).code?.startsWith('measurement/')) throw error;
    }
  }
  for (const kind of ['spoofing', 'jamming', 'interference'])
    print({
      figure: `logs of ${judged} receivers, ${time} moments: ${kind}`,
      value: kinds.get(kind) ?? 0,
      unit: 'logs',
    });
}

function simulated(): void {
  for (const speed of [0, 6])
    for (const attack of [undefined, ...attacks]) {
      const all = Array.from({ length: runs }, (_, seed) => {
        const plan = { seconds, speed, ...(attack && { attack }) };
        const log = logOf(simulatedFlight(plan, chance(seed + 1)));
        return found(
          log,
          attack === undefined ? Number.POSITIVE_INFINITY : attackedFrom,
          undefined,
          speed === 0,
        );
      });
      const how = speed === 0 ? 'fixed' : `${speed} m/s`;
      if (attack === undefined) {
        const called = all.filter(({ highest }) => highest >= 1).length;
        print({
          figure: `simulated receiver, ${how}: false alarms`,
          value: called / runs,
          unit: 'of 1',
          rounds: runs,
        });
        continue;
      }
      const late = all.map(({ from }) => from).filter(Number.isFinite);
      const figure = `simulated receiver, ${how}: ${attack.kind} of ${attack.size}`;
      print({ figure, value: late.length / runs, unit: 'of 1', rounds: runs });
      if (late.length > 0) print({ figure: `${figure}, median delay`, value: median(late), unit: 's' });
    }
}

/** After how many seconds an attack is noticed that begins at a moment, and the highest score before. */
function found(log: ReceiverLog, began: number, normal?: NormalReceiver, isFixed = false) {
  const { alarms, moments } = judgeReceiver(log, { isFixed }, normal);
  const start = (log.table.times[0] as number) + began;
  const alarm = alarms.find(({ to }) => to >= start);
  const before = moments.filter(({ time }) => time < start);
  return {
    from: alarm === undefined ? Number.POSITIVE_INFINITY : alarm.from - start,
    highest: before.reduce((most, { severity }) => Math.max(most, severity), 0),
  };
}

function logOf(flight: Flight): ReceiverLog {
  const reader = new ReceiverLogReader();
  reader.push(nmeaOf(flight));
  return reader.end();
}

function read(folder: string): ReceiverLog {
  const name = readdirSync(folder).find((each) => flightTopicOf(each) === 'vehicle_gps_position') as string;
  const reader = new FrameReader();
  reader.push(readFileSync(join(folder, name), 'utf8'));
  const table: FlightTable = flightTable('vehicle_gps_position', reader.end());
  return logOf(new Map([['vehicle_gps_position', table]]));
}
