import { decodeUtf8, encodeUtf8, KitenError, parseJsonStrict } from '@kiten/codec';
import type { Profile } from '../learn/profile.ts';
import { encodeProfile, parseProfile } from '../learn/profile-text.ts';
import type { Balance } from './balance.ts';
import { type CrossCheck, checkCrossChecks, crossCheckText, parseCrossCheck } from './cross-check.ts';
import { type CrossProfile, sensorsOf } from './cross-profile.ts';
import { type JointStream, mostSensors } from './joint-rows.ts';
import type { RelatedPair } from './related.ts';
import { sensorName } from './sensor.ts';

const format = 'kiten-measurement-cross-profile';
const version = 1;
const maxBytes = 64 * 1024 * 1024;
const mostBalances = 2048;

/** A cross-profile as JSON; the profiles in it are as they are by themselves. */
export function encodeCrossProfile({ residuals, relation, ...rest }: CrossProfile): string {
  const plain = (profile: Profile): unknown => JSON.parse(encodeProfile(profile));
  return JSON.stringify({
    ...{ format, version, ...rest },
    checks: rest.checks.map(crossCheckText),
    balances: rest.balances.map((each) => ({ ...each, weights: [...each.weights] })),
    related: rest.related.map(({ check, explained }) => ({ check: crossCheckText(check), explained })),
    relation: plain(relation),
    ...(residuals === undefined ? {} : { residuals: plain(residuals) }),
  });
}

/** @throws KitenError `measurement/profile-malformed`, `measurement/detector-unknown`, `measurement/cross-check` */
export function parseCrossProfile(bytes: Uint8Array): CrossProfile {
  if (bytes.length > maxBytes) throw malformed('it is larger than 64 MiB');
  const read = parsed(bytes);
  if (read?.format !== format || read.version !== version) throw malformed('it does not say that it is one');
  const { every, rows, alarmsPerDay } = read;
  if (!isPositive(every) || !isPositive(rows) || !isPositive(alarmsPerDay))
    throw malformed('a number is missing');
  const streams = listOf(read.streams, 'streams', mostSensors).map(streamOf);
  const sensors = sensorsOf({ every, streams });
  if (sensors.length < 2 || sensors.length > mostSensors)
    throw malformed('it has too few sensors, or too many');
  const checks = listOf(read.checks, 'checks', 64).map((each) => parseCrossCheck(String(each)));
  checkCrossChecks(checks);
  const balances = listOf(read.balances, 'balances', mostBalances).map((each) =>
    balanceOf(each, sensors.length),
  );
  const relation = profileOf(read.relation, sensors.map(sensorName));
  const learned = balances.filter(({ tolerance }) => tolerance === undefined).length;
  const residuals = learned === 0 ? undefined : profileOf(read.residuals, undefined);
  if (residuals !== undefined && residuals.channels.length !== learned)
    throw malformed('its residuals are of other balances');
  if (relation.resolutions.some(({ detectors }) => detectors.map(({ kind }) => kind).join() !== 'relation'))
    throw malformed('it has not learned how sensors go together');
  const related = listOf(read.related, 'pairs', 64).map(pairOf);
  return { ...{ every, rows, alarmsPerDay, streams, checks, balances }, ...{ residuals, relation, related } };
}

function parsed(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    return parseJsonStrict(decodeUtf8(bytes), { maxBytes, maxDepth: 10 }) as Record<string, unknown> | null;
  } catch (cause) {
    throw malformed('it is no JSON', cause);
  }
}

function streamOf(value: unknown): JointStream {
  const { stream, channels, hold, repeats } = (value ?? {}) as Partial<JointStream>;
  const areTexts = Array.isArray(channels) && channels.every((each) => typeof each === 'string');
  if (typeof stream !== 'string' || !areTexts || !isPositive(hold)) throw malformed('a stream is not one');
  // Those from before it was learned do not say it.
  if (repeats === undefined) return { stream, channels, hold };
  const areCounts = Array.isArray(repeats) && repeats.every((each) => Number.isInteger(each) && each >= 0);
  if (!areCounts || repeats.length !== channels.length) throw malformed('a stream is not one');
  return { stream, channels, hold, repeats };
}

function balanceOf(value: unknown, count: number): Balance {
  const { check, sensors, weights, tolerance, isOneSided } = (value ?? {}) as Partial<
    Omit<Balance, 'weights'> & { weights: number[] }
  >;
  const isPlace = (each: unknown): boolean =>
    Number.isInteger(each) && (each as number) >= 0 && (each as number) < count;
  if (
    typeof check !== 'string' ||
    !(Array.isArray(sensors) && sensors.length >= 2 && sensors.every(isPlace)) ||
    !(Array.isArray(weights) && weights.length === sensors.length && weights.every(Number.isFinite)) ||
    !(tolerance === undefined || isPositive(tolerance)) ||
    typeof isOneSided !== 'boolean'
  )
    throw malformed('a balance is not one');
  return { check, sensors, weights: Float64Array.from(weights), tolerance, isOneSided };
}

function pairOf(value: unknown): RelatedPair {
  const { check, explained } = (value ?? {}) as { check?: unknown; explained?: unknown };
  if (typeof check !== 'string' || typeof explained !== 'number') throw malformed('a pair is not one');
  const read: CrossCheck = parseCrossCheck(check);
  return { check: read, explained };
}

/** @param channels that it has to be of */
function profileOf(value: unknown, channels: readonly string[] | undefined): Profile {
  const profile = parseProfile(encodeUtf8(JSON.stringify(value ?? null)));
  if (channels !== undefined && profile.channels.join('\n') !== channels.join('\n'))
    throw malformed('what was learned is of other sensors');
  return profile;
}

function listOf(value: unknown, what: string, most: number): unknown[] {
  if (Array.isArray(value) && value.length <= most) return value;
  throw malformed(`it has no ${what}, or too many`);
}

const isPositive = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0;

function malformed(why: string, cause?: unknown): KitenError {
  return new KitenError(
    'measurement/profile-malformed',
    `This is no profile of how sensors go together: ${why}.`,
    { cause },
  );
}
