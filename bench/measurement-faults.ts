// How many of the faults that are put into normal readings are found, kind by kind, and how soon: on a simulated pumping station of
// fifteen sensors, and on fifteen channels of each public set of normal readings that MEASUREMENT_DATA names the folder of, each in
// five places of each channel. Beside faults whose course is known, as the limit: the share that the best observer there can be would be
// expected to find, with as many false alarms (support/best-observer.ts).
//
//   MEASUREMENT_DATA=DIR npm run bench measurement-faults
//   STATION_DAYS=100 npm run bench measurement-faults   the station learned from so many days instead of 14
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  chance,
  decimalsOf,
  defaultFreshness,
  encodeSenmlCbor,
  type Frame,
  inject,
  Judge,
  judgeFreshness,
  learn,
  type Profile,
  pumpingStation,
  rowsOf,
  type StreamMemory,
  senmlContent,
  signPack,
  turned,
  usualSizes,
  verifyPack,
} from '@kiten/measurement';
import { median, print } from './figure.ts';
import { BestObserver, momentsOf } from './support/best-observer.ts';
import { frameFrom } from './support/frames.ts';

const folder = process.env.MEASUREMENT_DATA ?? '';
const kinds = ['bias', 'drift', 'freeze', 'gain', 'replacement', 'alias', 'replay'] as const;
const alarmsPerDay = 0.1;
/** Rows that a judge sees before a fault. */
const warmUp = 600;
/** Times that each fault is put into each channel. */
const places = 5;
/** Names what is missed, too, and how often. */
const isDetailed = process.argv.includes('--detail');

interface Trial {
  readonly name: string;
  /** The first rows are learned from; faults are put into the others. */
  readonly frame: Frame;
  readonly learned: number;
  readonly channels: readonly string[];
  /** How long a fault lasts. */
  readonly rows: number;
  /** Seconds. */
  readonly interval: number;
}

const learned = process.env.STATION_DAYS === undefined ? 20_000 : Number(process.env.STATION_DAYS) * 1440;
const station = pumpingStation(learned + 6000, chance(1));
judge({
  ...{ name: 'pumping station (simulated)', frame: station, learned, channels: station.channels },
  ...{ rows: 300, interval: 60 },
});
if (existsSync(join(folder, 'batadal'))) {
  const frame = read('batadal/dataset03.csv');
  // Pumps and valves that stand still for months are no sensors.
  const channels = frame.channels.filter((name) => /^(L_|P_|F_PU[12]$|F_V2$)/.test(name)).slice(0, 15);
  judge({ name: 'C-Town (BATADAL dataset03)', frame, learned: 6500, channels, rows: 96, interval: 3600 });
}
if (existsSync(join(folder, 'skab/anomaly-free'))) {
  const frame = read('skab/anomaly-free/anomaly-free.csv');
  const { channels } = frame;
  judge({ name: 'water loop (SKAB)', frame, learned: 6500, channels, rows: 300, interval: 1 });
}
if (existsSync(join(folder, 'tep'))) {
  const [first, second] = [turned(read('tep/d00.dat')), read('tep/d00_te.dat')];
  const values = Float64Array.from([...first.values, ...second.values]);
  const rows = first.rows + second.rows;
  const frame = { ...first, values, rows, times: Float64Array.from({ length: rows }, (_, row) => row * 180) };
  const channels = frame.channels.slice(0, 15);
  judge({ name: 'Tennessee Eastman', frame, learned: first.rows, channels, rows: 160, interval: 180 });
}

signed(station, 1000, 300);

/** Each sensor signs its readings; from `rows` on, what came before comes again, as whoever has no key can send it. */
function signed(frame: Frame, before: number, rows: number): void {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
  const signer = {
    ...{ algorithm: 'EdDSA' as const, publicKey: spki },
    sign: (data: Uint8Array) => new Uint8Array(sign(null, data, privateKey)),
  };
  const holds = (_: string, __: Uint8Array, data: Uint8Array, signature: Uint8Array) =>
    verify(null, data, createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })), signature);
  let [found, wrong] = [0, 0];
  for (const [channel, stream] of frame.channels.entries()) {
    let memory: StreamMemory | undefined;
    const kindOf = (pack: Uint8Array, receivedAt: number): string => {
      const verdict = judgeFreshness(memory, verifyPack(pack, holds, spki), receivedAt, defaultFreshness);
      if ('memory' in verdict) memory = verdict.memory;
      return verdict.kind;
    };
    const packs = Array.from({ length: before }, (_, sequence) => {
      const records = [{ n: stream, v: frame.values[sequence * frame.channels.length + channel] as number }];
      const payload = encodeSenmlCbor(records);
      const rest = { content: senmlContent.cbor, keyId: new Uint8Array([1]) };
      return signPack({ stream, sequence, signedAt: sequence * 60_000, payload, ...rest }, signer);
    });
    for (const [sequence, pack] of packs.entries())
      if (kindOf(pack, sequence * 60_000 + 40) !== 'fresh') wrong++;
    const played = packs.slice(-rows);
    found += played.filter((pack, row) => kindOf(pack, (before + row) * 60_000 + 40) !== 'fresh').length;
  }
  const replayed = frame.channels.length * rows;
  const figure = `replay of ${replayed} signed readings: found by freshness (${wrong} fresh ones refused)`;
  print({ figure, value: found / replayed, unit: 'of 1', floor: 1, goal: 1 });
}

function judge({ name, frame, learned, channels, rows, interval }: Trial): void {
  const normal = rowsOf(frame, 0, learned);
  const live = rowsOf(frame, learned, frame.rows);
  const profile = learn(normal, { alarmsPerDay, interval });
  const calm = alarmsOf(profile, live, 0, live.rows);
  const best = new BestObserver(frame);
  // A fault of each channel, up or down, may be looked for in each stretch of so many rows.
  const falseShare = (alarmsPerDay * rows * interval) / 86_400 / (2 * channels.length);
  print({
    figure: `${name}: false alarms a day without a fault, of ${alarmsPerDay} that were asked for`,
    ...{ value: runsOf(calm) / ((live.rows * interval) / 86_400), unit: 'a day' },
  });
  for (const [place, kind] of kinds.entries()) {
    const random = chance(place + 1);
    const delays: number[] = [];
    const missed: string[] = [];
    let limit = 0;
    const trials = Array.from({ length: places }, () => channels).flat();
    for (const channel of trials) {
      const from = learned + Math.trunc(live.rows / 2 + random() * (live.rows / 2 - rows));
      const size = usualSizes[kind] * (kind === 'bias' || kind === 'drift' ? direction(random) : 1);
      const faulty = inject(frame, { kind, channel, from, rows, size, source: from - rows - 7 }, random);
      const alarms = alarmsOf(profile, faulty, Math.max(0, from - warmUp), from + rows);
      const course = courseOf(kind, columnOf(frame, channel), { from, rows, size });
      limit += course === undefined ? Number.NaN : best.tells(channel, course, falseShare) / trials.length;
      // What alarms without the fault, too, is no detection.
      const at = alarms.findIndex((each, row) => each === 1 && row >= from && calm[row - learned] === 0);
      if (at < 0) missed.push(channel);
      else delays.push(at - from);
    }
    print({
      figure: `${name}: ${kind} of ${usualSizes[kind]}${isDetailed ? ` (missed: ${countsOf(missed)})` : ''}`,
      ...{
        value: delays.length / trials.length,
        unit: 'of 1',
        ...(limit > 0 ? { limit } : {}),
        floor: 0.9,
        goal: 0.98,
      },
      rounds: trials.length,
    });
    if (delays.length > 0)
      print({ figure: `${name}: ${kind}, median delay`, value: median(delays), unit: 'rows' });
  }
}

/** What is added to a channel, but for rounding, where it is not left to chance. */
function courseOf(
  kind: (typeof kinds)[number],
  values: Float64Array,
  { from, rows, size }: { readonly from: number; readonly rows: number; readonly size: number },
): Float64Array | undefined {
  const { mean, deviation } = momentsOf(values, 1, 0);
  if (kind === 'bias') return new Float64Array(rows).fill(size * deviation);
  if (kind === 'drift')
    return Float64Array.from({ length: rows }, (_, row) => (size * deviation * (row + 1)) / rows);
  if (kind === 'gain') return values.slice(from, from + rows).map((value) => (size - 1) * (value - mean));
  return undefined;
}

function columnOf(frame: Frame, channel: string): Float64Array {
  const at = frame.channels.indexOf(channel);
  return frame.values.filter((_, place) => place % frame.channels.length === at);
}

/** 1 where a row has an alarm; rows before `from` are not seen. */
function alarmsOf(profile: Profile, frame: Frame, from: number, to: number): Uint8Array {
  const judge = new Judge(profile, { decimals: decimalsOf(frame.values) });
  const width = frame.channels.length;
  const alarms = new Uint8Array(frame.rows);
  for (let row = from; row < to; row++)
    alarms[row] = judge.push(frame.values.subarray(row * width, (row + 1) * width)).isAlarm ? 1 : 0;
  return alarms;
}

function runsOf(alarms: Uint8Array): number {
  return alarms.filter((each, row) => each === 1 && alarms[row - 1] !== 1).length;
}

function countsOf(names: readonly string[]): string {
  return [...Map.groupBy(names, (name) => name)].map(([name, { length }]) => `${name} ${length}`).join(', ');
}

function direction(random: () => number): number {
  return random() < 0.5 ? -1 : 1;
}

function read(file: string): Frame {
  return frameFrom(join(folder, file));
}
