import { decodeUtf8, KitenError, parseJsonStrict } from '@kiten/codec';
import {
  type CampaignDefinition,
  defaultGate,
  defaultRetry,
  type Gate,
  proofs,
  type Retry,
  type Wave,
} from './definition.ts';
import { isTimeZone, type MaintenanceWindow, shortestWindow } from './window.ts';

type Json = Readonly<Record<string, unknown>>;

const maximumBytes = 64 * 1024;
const maximumCohort = 16 * 1024;
const year = 366 * 86_400;
const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** As {@link readCampaign}, from JSON text in UTF-8 of 64 KiB at most. */
export function parseCampaign(bytes: Uint8Array): CampaignDefinition {
  return readCampaign(parseJsonStrict(decodeUtf8(bytes), { maxBytes: maximumBytes }));
}

/**
 * Reads what an operator asks for, strictly: nothing unknown, nothing out of bounds, waves that ascend to the whole cohort.
 *
 * @throws KitenError `update/campaign-malformed`
 */
export function readCampaign(value: unknown): CampaignDefinition {
  const names = ['name', 'targets', 'previous', 'cohort', 'waves', 'gate', 'windows', 'retry', 'repair'];
  const json = object(value, 'campaign', names);
  return {
    name: textAt(
      json,
      'name',
      /^[\p{L}\p{N}\p{P}\p{S}][\p{L}\p{N}\p{P}\p{S} ]{0,79}$/u,
      '1 to 80 characters',
    ),
    targets: targetsAt(json, 'targets', 1),
    previous: targetsAt(json, 'previous', 0),
    cohort: cohortAt(json),
    waves: wavesAt(json),
    gate: gateAt(json),
    windows: listAt(json, 'windows', 0, 32).map(readWindow),
    retry: retryAt(json),
    repair: flagAt(json, 'repair', true),
  };
}

/** A definition as JSON that {@link readCampaign} reads again. */
export function campaignToJson({ waves, windows, ...rest }: CampaignDefinition): Json {
  return {
    ...rest,
    waves: waves.map(({ reach, ...wave }) => ({ ...reach, ...wave })),
    windows: windows.map(({ days, from, to, zone }) => ({
      ...{ days: days.map((day) => weekdays[day]), from: clockText(from), to: clockText(to), zone },
    })),
  };
}

function cohortAt(json: Json): string {
  const { cohort } = json;
  if (typeof cohort === 'string' && cohort.trim() !== '' && cohort.length <= maximumCohort) return cohort;
  throw malformed('cohort', `is Cedar text of up to ${maximumCohort} characters`);
}

function targetsAt(json: Json, name: string, least: number): readonly string[] {
  const targets = listAt(json, name, least, 64).map((target) => {
    if (typeof target === 'string' && /^[\x21-\x7e]{1,512}$/.test(target)) return target;
    throw malformed(name, 'lists paths of targets');
  });
  if (new Set(targets).size !== targets.length) throw malformed(name, 'names each target once');
  return targets;
}

function wavesAt(json: Json): readonly Wave[] {
  const waves = listAt(json, 'waves', 1, 100).map((value, index): Wave => {
    const where = `waves[${index}]`;
    const wave = object(value, where, ['devices', 'percent', 'perMinute', 'atOnce']);
    const isCounted = Object.hasOwn(wave, 'devices');
    if (isCounted === Object.hasOwn(wave, 'percent'))
      throw malformed(where, 'reaches a number of “devices” or a “percent” of the cohort');
    return {
      reach: isCounted
        ? { devices: wholeAt(wave, 'devices', 1, 1e9, where) }
        : { percent: numberAt(wave, 'percent', 0.001, 100, where) },
      ...optional('perMinute', wholeIfAt(wave, 'perMinute', 1, 1_000_000, where)),
      ...optional('atOnce', wholeIfAt(wave, 'atOnce', 1, 10_000_000, where)),
    };
  });
  const percents = waves.flatMap(({ reach }) => ('percent' in reach ? [reach.percent] : []));
  const devices = waves.flatMap(({ reach }) => ('devices' in reach ? [reach.devices] : []));
  if (!isAscending(percents) || !isAscending(devices))
    throw malformed('waves', 'each reach more than the one before');
  const last = waves.at(-1)?.reach;
  if (last === undefined || !('percent' in last) || last.percent !== 100)
    throw malformed('waves', 'end with one that reaches "percent": 100');
  return waves;
}

function gateAt(json: Json): Gate {
  const where = 'gate';
  const gate = object(json.gate ?? {}, where, Object.keys(defaultGate));
  const tolerate = object(gate.tolerate ?? {}, 'gate.tolerate', ['devices', 'percent']);
  const seconds = (
    name: 'soakSeconds' | 'deadlineSeconds' | 'settleSeconds' | 'offlineSeconds',
    least: number,
  ) => wholeIfAt(gate, name, least, year, where) ?? defaultGate[name];
  const read: Gate = {
    quorumPercent: wholeIfAt(gate, 'quorumPercent', 51, 100, where) ?? defaultGate.quorumPercent,
    leastPercent: wholeIfAt(gate, 'leastPercent', 1, 100, where) ?? defaultGate.leastPercent,
    tolerate: {
      devices: wholeIfAt(tolerate, 'devices', 0, 1e6, where) ?? defaultGate.tolerate.devices,
      percent: numberIfAt(tolerate, 'percent', 0, 49, where) ?? defaultGate.tolerate.percent,
    },
    soakSeconds: seconds('soakSeconds', 0),
    deadlineSeconds: seconds('deadlineSeconds', 1),
    settleSeconds: seconds('settleSeconds', 1),
    offlineSeconds: seconds('offlineSeconds', 1),
    proof: proofAt(gate),
  };
  if (read.deadlineSeconds <= read.soakSeconds)
    throw malformed('gate.deadlineSeconds', 'is later than the end of soakSeconds');
  if (read.quorumPercent + read.tolerate.percent > 100)
    throw malformed(
      'gate',
      'asks for no more of a wave than what it does not tolerate to fail: quorumPercent + tolerate.percent ≤ 100',
    );
  return read;
}

function proofAt({ proof = defaultGate.proof }: Json): Gate['proof'] {
  const found = proofs.find((one) => one === proof);
  if (found !== undefined) return found;
  throw malformed('gate.proof', 'is "verdict", "manifest" or "report"');
}

function retryAt(json: Json): Retry {
  const retry = object(json.retry ?? {}, 'retry', Object.keys(defaultRetry));
  const read = {
    attempts: wholeIfAt(retry, 'attempts', 1, 100, 'retry') ?? defaultRetry.attempts,
    firstSeconds: wholeIfAt(retry, 'firstSeconds', 1, year, 'retry') ?? defaultRetry.firstSeconds,
    mostSeconds: wholeIfAt(retry, 'mostSeconds', 1, year, 'retry') ?? defaultRetry.mostSeconds,
  };
  if (read.mostSeconds < read.firstSeconds)
    throw malformed('retry.mostSeconds', 'is not less than firstSeconds');
  return read;
}

function readWindow(value: unknown, index: number): MaintenanceWindow {
  const where = `windows[${index}]`;
  const window = object(value, where, ['days', 'from', 'to', 'zone']);
  const { zone } = window;
  if (typeof zone !== 'string' || zone.length > 64 || !isTimeZone(zone))
    throw malformed(`${where}.zone`, 'is a time zone like "Asia/Tokyo"');
  const named = Object.hasOwn(window, 'days') ? listAt(window, 'days', 1, 7) : weekdays;
  const days = named.map((day) => weekdays.indexOf(day as string));
  if (days.includes(-1) || new Set(days).size !== days.length)
    throw malformed(`${where}.days`, `lists some of ${weekdays.join(', ')}, each once`);
  const [from, to] = [minutesAt(window, 'from', where), minutesAt(window, 'to', where)];
  const length = (to - from + 1440) % 1440;
  if (length < shortestWindow) throw malformed(where, `is open for ${shortestWindow} minutes at least`);
  return { days, from, to, zone };
}

function minutesAt(json: Json, name: string, where: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(String(json[name]));
  if (match === null) throw malformed(`${where}.${name}`, 'is a time like "22:30"');
  return Number(match[1]) * 60 + Number(match[2]);
}

const clockText = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

function object(value: unknown, where: string, names: readonly string[]): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(where, 'is an object');
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw malformed(where, `has no “${unknown.slice(0, 40)}”; it has ${names.join(', ')}`);
  return value as Json;
}

function listAt(json: Json, name: string, least: number, most: number): readonly unknown[] {
  const value = json[name] ?? [];
  if (Array.isArray(value) && value.length >= least && value.length <= most) return value;
  throw malformed(name, `is a list of ${least} to ${most}`);
}

function textAt(json: Json, name: string, pattern: RegExp, expected: string): string {
  const value = json[name];
  if (typeof value === 'string' && pattern.test(value)) return value;
  throw malformed(name, `is ${expected}`);
}

function flagAt(json: Json, name: string, without: boolean): boolean {
  const value = json[name] ?? without;
  if (typeof value === 'boolean') return value;
  throw malformed(name, 'is true or false');
}

function numberAt(json: Json, name: string, least: number, most: number, where: string): number {
  const value = json[name];
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw malformed(`${where}.${name}`, `is a number from ${least} to ${most}`);
}

function wholeAt(json: Json, name: string, least: number, most: number, where: string): number {
  const value = numberAt(json, name, least, most, where);
  if (Number.isSafeInteger(value)) return value;
  throw malformed(`${where}.${name}`, 'is a whole number');
}

function wholeIfAt(json: Json, name: string, least: number, most: number, where: string): number | undefined {
  return json[name] === undefined ? undefined : wholeAt(json, name, least, most, where);
}

function numberIfAt(
  json: Json,
  name: string,
  least: number,
  most: number,
  where: string,
): number | undefined {
  return json[name] === undefined ? undefined : numberAt(json, name, least, most, where);
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [K in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [K in Name]?: Value });
}

const isAscending = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || number > (numbers[index - 1] as number));

function malformed(where: string, expected: string): KitenError {
  return new KitenError('update/campaign-malformed', `The campaign is malformed: “${where}” ${expected}.`, {
    detail: { where },
  });
}
