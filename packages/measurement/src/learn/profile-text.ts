import { decodeUtf8, fromBase64, KitenError, parseJsonStrict, toBase64 } from '@kiten/codec';
import { isNumbers } from '../detectors/detector.ts';
import { detectorKinds } from '../detectors/kinds.ts';
import type { Calibration } from './calibration.ts';
import type { Peaks } from './peaks.ts';
import type { LearnedDetector, Profile, Resolution } from './profile.ts';
import type { NormalSilence } from './silence.ts';
import type { Standard } from './standard.ts';

const format = 'kiten-measurement-profile';
const version = 2;
const maxBytes = 64 * 1024 * 1024;

/** A profile as JSON; arrays of numbers are in base64, as 64-bit floats with the lowest octet first. */
export function encodeProfile(profile: Profile): string {
  return JSON.stringify({ format, version, ...profile }, (_, value) =>
    value instanceof Float64Array ? { float64: toBase64(octetsOf(value)) } : value,
  );
}

/**
 * @throws KitenError `measurement/profile-malformed`; `measurement/detector-unknown` for a detector of a newer version
 */
export function parseProfile(bytes: Uint8Array): Profile {
  if (bytes.length > maxBytes) throw malformed('it is larger than 64 MiB');
  const read = revived(parsed(bytes)) as Record<string, unknown>;
  if (read?.format !== format) throw malformed('it does not say that it is one');
  if (read.version !== version)
    throw malformed(
      `it is of version ${String(read.version).slice(0, 20)}, and ${version} is read: learn it anew`,
    );
  const { channels, units, interval, gap, rows, silences, resolutions, alarmsPerDay } = read;
  if (!isTexts(channels)) throw malformed('it names no channels');
  if (units !== undefined && !(isTexts(units) && units.length === channels.length))
    throw malformed('its units do not fit its channels');
  if (silences !== undefined && !areSilences(silences, channels.length))
    throw malformed('its silences do not fit its channels');
  if (!isPositive(rows) || !isPositive(alarmsPerDay) || !isDuration(interval) || !isDuration(gap))
    throw malformed('a number is missing');
  if (!Array.isArray(resolutions) || resolutions.length === 0) throw malformed('nothing was learned');
  return {
    ...{ channels, interval, rows, alarmsPerDay, ...(units === undefined ? {} : { units }) },
    ...(gap === undefined ? {} : { gap }),
    ...(silences === undefined ? {} : { silences }),
    resolutions: resolutions.map((each) => resolutionOf(each, channels.length)),
  };
}

function resolutionOf(value: unknown, channels: number): Resolution {
  const { decimals, standard, detectors, beside } = (value ?? {}) as Partial<Resolution>;
  const { means, deviations } = (standard ?? {}) as Partial<Standard>;
  if (!isNumbers(means, channels) || !isNumbers(deviations, channels))
    throw malformed('its standard does not fit its channels');
  if (typeof decimals !== 'number' || !Number.isInteger(decimals)) throw malformed('a number is missing');
  if (!Array.isArray(detectors) || (beside !== undefined && !Array.isArray(beside)))
    throw malformed('it has no detectors');
  return {
    ...{ decimals, standard: { means, deviations } },
    detectors: detectors.map((each) => detectorOf(each, channels)),
    ...(beside === undefined ? {} : { beside: beside.map((each) => detectorOf(each, channels)) }),
  };
}

function detectorOf(value: unknown, channels: number): LearnedDetector {
  const { kind: name, model, calibration } = (value ?? {}) as Partial<LearnedDetector>;
  const kind = typeof name === 'string' ? detectorKinds.get(name) : undefined;
  if (name === undefined || kind === undefined)
    throw new KitenError(
      'measurement/detector-unknown',
      `The profile was learned for a detector that is not known here: ${String(name).slice(0, 40)}.`,
    );
  if (typeof model !== 'object' || model === null || !kind.fits(model, channels))
    throw malformed(`what the detector “${name}” learned does not fit its channels`);
  const count = kind.start(model, channels).statistics.length;
  if (!isCalibration(calibration, count))
    throw malformed(`how rare is what the detector “${name}” says does not fit its statistics`);
  return { kind: name, model, calibration };
}

function isCalibration(value: Partial<Calibration> | undefined, count: number): value is Calibration {
  const { limits, excess, starts, scales, rarities, rarest } = value ?? {};
  return (
    [limits, starts, scales, rarities].every((each) => isNumbers(each, count)) &&
    isPeaks(excess) &&
    isPeaks(rarest)
  );
}

function isPeaks({ rows, heights }: Partial<Peaks> = {}): boolean {
  return rows instanceof Float64Array && isNumbers(rows, rows.length) && isNumbers(heights, rows.length);
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return parseJsonStrict(decodeUtf8(bytes), { maxBytes, maxDepth: 8 });
  } catch (cause) {
    throw malformed('it is no JSON', cause);
  }
}

function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only?.[0] === 'float64') return floatsOf(only[1]);
  return Object.fromEntries(entries.map(([name, each]) => [name, revived(each)]));
}

function floatsOf(value: unknown): Float64Array {
  try {
    const octets = fromBase64(String(value));
    if (octets.length % 8 === 0) {
      const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
      const values = new Float64Array(octets.length / 8);
      for (let at = 0; at < values.length; at++) values[at] = view.getFloat64(at * 8, true);
      return values;
    }
  } catch (cause) {
    throw malformed('an array of numbers is not in base64', cause);
  }
  throw malformed('an array of numbers is cut');
}

function octetsOf(values: Float64Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  for (const [at, value] of values.entries()) view.setFloat64(at * 8, value, true);
  return new Uint8Array(view.buffer);
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string');

function areSilences(value: unknown, channels: number): value is readonly NormalSilence[] {
  if (!Array.isArray(value) || value.length !== channels) return false;
  return value.every(({ fillers, share, most }: Partial<NormalSilence>) => {
    const areNumbers = [share, most].every((each) => typeof each === 'number' && each >= 0);
    return areNumbers && Array.isArray(fillers) && fillers.every((each) => typeof each === 'number');
  });
}

const isPositive = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0;

const isDuration = (value: unknown): value is number | undefined => value === undefined || isPositive(value);

function malformed(why: string, cause?: unknown): KitenError {
  return new KitenError('measurement/profile-malformed', `This is no profile of normal readings: ${why}.`, {
    cause,
  });
}
