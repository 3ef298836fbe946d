import { KitenError } from '@kiten/codec';
import { median, robustDeviation } from '@kiten/numerics';
import { type RowAlarm, rowAlarms } from '../row-alarms.ts';
import { ChallengeVerifier } from './challenge.ts';

/** What an active sensor sent and heard, sample by sample. */
export interface Echoes {
  /** 0: it was silent; anything else: it sent; NaN: nobody knows. */
  readonly sent: Float64Array;
  /** NaN is missing. */
  readonly heard: Float64Array;
}

/** What a silent sample says where nobody attacks: mean and standard deviation, in the unit of what is heard. */
export interface SilenceLevels {
  readonly ambient: number;
  readonly noise: number;
}

export interface SilenceJudgement {
  /** Samples that were judged. */
  readonly silent: number;
  /** Of each sample, 1 is an alarm; 0 where the sensor sends, or nothing is known. */
  readonly severities: Float64Array;
  /** Calm samples between two silent ones with an alarm are part of it. */
  readonly alarms: readonly RowAlarm[];
}

/** Fewer silent samples than these tell neither what is usual nor enough of an attack. */
const leastSilent = 32;

/**
 * The samples in which nothing but an attacker can be heard.
 *
 * @param echoSamples for which an echo may still come after the sensor has stopped
 * @throws KitenError `measurement/too-few-silences` if there are fewer than 32
 */
export function silentSamples({ sent, heard }: Echoes, echoSamples = 0): number[] {
  const silent: number[] = [];
  let quiet = echoSamples;
  for (let at = 0; at < sent.length; at++) {
    quiet = sent[at] === 0 ? quiet + 1 : 0;
    if (quiet > echoSamples && !Number.isNaN(heard[at])) silent.push(at);
  }
  if (silent.length >= leastSilent) return silent;
  throw new KitenError(
    'measurement/too-few-silences',
    `The sensor is silent in ${silent.length} samples, and ${leastSilent} are needed: only what is heard then tells of an attacker.`,
    { detail: { silent: silent.length, needed: leastSilent } },
  );
}

/**
 * What silence usually says, by median and median deviation: an attacker who is heard in less than half of it moves these little. One who was
 * there all along is taken for ambient.
 *
 * @throws KitenError `measurement/silence-without-noise` if half of the silent samples say the same, `measurement/too-few-silences`
 */
export function silenceLevels(echoes: Echoes, echoSamples = 0): SilenceLevels {
  const values = silentSamples(echoes, echoSamples).map((at) => echoes.heard[at] as number);
  const [ambient, noise] = [median(values), robustDeviation(values)];
  if (noise > 0) return { ambient, noise };
  throw new KitenError(
    'measurement/silence-without-noise',
    `Half of the silent samples and more say ${ambient}: how far chance moves them does not show, and has to be said.`,
    { detail: { ambient } },
  );
}

/**
 * Holds what an active sensor heard against when it sent: see `ChallengeVerifier`.
 *
 * @throws KitenError `measurement/too-few-silences`
 */
export function judgeSilence(echoes: Echoes, levels: SilenceLevels, echoSamples = 0): SilenceJudgement {
  const silent = silentSamples(echoes, echoSamples);
  const verifier = new ChallengeVerifier(levels);
  const severities = new Float64Array(echoes.sent.length);
  for (const at of silent) severities[at] = verifier.push(false, echoes.heard[at] as number);
  return { silent: silent.length, severities, alarms: rowAlarms(silent, severities) };
}
