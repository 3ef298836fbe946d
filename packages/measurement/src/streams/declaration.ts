import { fromBase64, KitenError, publicKeyAlgorithm } from '@kiten/codec';
import type { FollowRules } from '../follow/follower.ts';
import { isUnit, unitOf } from '../series/unit.ts';

/** How a message holds readings. */
export const payloadForms = ['json', 'senml', 'pack', 'number', 'csv'] as const;
export type PayloadForm = (typeof payloadForms)[number];

/**
 * Which messages are readings, and where in them the channels stand: every device that publishes to such a topic has a
 * stream of its own.
 */
export interface StreamDeclaration {
  /** 1–32 of a–z, 0–9, `.`, `_`, `-`. */
  readonly id: string;
  /** An MQTT topic filter. What its wildcards stand for, beside the device, tells one stream from another. */
  readonly filter: string;
  /**
   * `json`: a JSON text; `senml`: SenML (RFC 8428) in JSON or CBOR; `pack`: SenML signed by its source; `number`: a number as
   * text, where the last level of the topic, if it is a wildcard, names the channel; `csv`: numbers in one line.
   */
  readonly form: PayloadForm;
  /** Channels: JSON pointers (RFC 6901) in `json`, names in SenML, levels of the topic in `number`, columns from 1 in `csv`. */
  readonly fields: readonly string[];
  /** What channels are measured in, by their names: `{ level: 'm' }`. */
  readonly units?: Readonly<Record<string, string>>;
  /** With it, what comes within so many seconds is one row; without it, each message is. */
  readonly binSeconds?: number;
  /** In `json`, where a number stands that grows by one each time, and the time in seconds since the Unix epoch. */
  readonly sequence?: string;
  readonly time?: string;
  /**
   * In `pack`, DER SubjectPublicKeyInfo in base64 of what signs: of all sources, or by device. A device that has none here signs
   * with the key of its certificate.
   */
  readonly key?: string;
  readonly keys?: Readonly<Record<string, string>>;
  /** Alarms without a cause that are put up with, of one stream. */
  readonly alarmsPerDay: number;
  /** Without readings for so long a stream is silent, and nothing is said of it any more. */
  readonly silenceSeconds: number;
  /** After an alarm, so long of normal readings restores what was said; without it only an operator does. */
  readonly recoverSeconds?: number;
  /** A stream that appears is learned at once, for so long. */
  readonly learnSeconds?: number;
  /** What is normal is followed where it wanders slowly, by these rules; without it, it stays as it was accepted. */
  readonly follow?: FollowRules;
}

export const defaultAlarmsPerDay = 0.1;
export const defaultSilenceSeconds = 300;
const mostFields = 64;
const mostKeys = 1024;
/** How declarations may be called. */
export const idForm = /^[a-z0-9][a-z0-9._-]{0,31}$/;
const pointerForm = /^(\/([^~/]|~[01])*)*$/;

/** @throws KitenError `measurement/stream-declaration` */
export function checkDeclaration(declaration: StreamDeclaration): void {
  const { id, filter, form, fields, binSeconds, sequence, time, recoverSeconds } = declaration;
  if (!idForm.test(id)) throw refused('its name has other characters than a–z, 0–9, “.”, “_” and “-”');
  if (!isFilter(filter)) throw refused('its topics are no MQTT topic filter');
  if (fields.length === 0 || fields.length > mostFields)
    throw refused(`it has 1 to ${mostFields} channels, not ${fields.length}`);
  if (new Set(fields).size !== fields.length) throw refused('two of its channels are the same');
  if (form === 'json' && ![...fields, sequence ?? '', time ?? ''].every((each) => pointerForm.test(each)))
    throw refused('a channel in JSON is named by a pointer such as /temperature');
  if (form !== 'json' && fields.some((each) => each === '')) throw refused('a channel has no name');
  if (form === 'csv' && fields.some((each) => !/^[1-9]\d{0,2}$/.test(each)))
    throw refused('a channel in CSV is the number of its column, from 1 on');
  if (form === 'number' && !filter.endsWith('+') && fields.length > 1)
    throw refused('a number is one channel, unless the last level of the topics is a “+”');
  if (form === 'number' && filter.endsWith('+') && fields.length > 1 && binSeconds === undefined)
    throw refused('numbers that come one by one are rows only if it is said within how many seconds');
  if (form !== 'json' && (sequence !== undefined || time !== undefined))
    throw refused('sequence and time are looked for in JSON; a signed pack has its own');
  if ((sequence === undefined) !== (time === undefined)) throw refused('sequence and time go together');
  checkUnits(declaration);
  checkKeys(declaration);
  if (!isPositive(declaration.alarmsPerDay)) throw refused('its alarms a day are no number above 0');
  if (!isPositive(declaration.silenceSeconds)) throw refused('its seconds of silence are no number above 0');
  if (![binSeconds, recoverSeconds, declaration.learnSeconds].every((each) => isPositive(each ?? 1)))
    throw refused('a number of seconds is not above 0');
  if (declaration.follow !== undefined) checkFollow(declaration.follow);
}

function checkFollow({ perDay, most }: FollowRules): void {
  if (!isPositive(perDay) || !isPositive(most))
    throw refused('how far its normal may wander is no number of standard deviations above 0');
  if (perDay > most) throw refused('in a day its normal may not wander farther than in all');
}

/** How a channel is called: a pointer without its first slash. */
export function channelsOf({ form, fields }: Pick<StreamDeclaration, 'form' | 'fields'>): readonly string[] {
  return form === 'json' ? fields.map((field) => (field === '' ? 'value' : field.slice(1))) : fields;
}

/**
 * What each channel is measured in: as it was declared, or else by its name where messages don't say it themselves; '' where
 * nobody says.
 */
export function declaredUnits(
  declaration: Pick<StreamDeclaration, 'form' | 'fields' | 'units'>,
): readonly string[] {
  const { form, units = {} } = declaration;
  const isNamed = form === 'json' || form === 'number';
  return channelsOf(declaration).map((channel) =>
    Object.hasOwn(units, channel) ? (units[channel] as string) : isNamed ? unitOf(channel) : '',
  );
}

function checkUnits({ form, fields, units = {} }: StreamDeclaration): void {
  const channels = channelsOf({ form, fields });
  for (const [channel, unit] of Object.entries(units)) {
    if (!channels.includes(channel))
      throw refused(
        `“${channel.slice(0, 40)}”, which has a unit, is none of its channels (${channels.join(', ')})`,
      );
    if (!isUnit(unit)) throw refused('a unit has 1 to 16 characters that can be seen, such as l/s');
  }
}

function checkKeys({ form, key, keys }: StreamDeclaration): void {
  if (key === undefined && keys === undefined) return;
  if (form !== 'pack') throw refused('only signed packs are verified with a key');
  if (key !== undefined && keys !== undefined)
    throw refused('it has one key for all, or one for each device');
  const all = key === undefined ? Object.entries(keys ?? {}) : [['its sources', key] as const];
  if (all.length === 0 || all.length > mostKeys)
    throw refused(`it has keys of 1 to ${mostKeys} devices, not of ${all.length}`);
  for (const [source, text] of all)
    try {
      publicKeyAlgorithm(fromBase64(text));
    } catch (cause) {
      if (!(cause instanceof KitenError)) throw cause;
      throw refused(`the key of ${source.slice(0, 80)} is no public key: ${cause.message}`, cause);
    }
}

function isFilter(filter: string): boolean {
  if (filter === '' || filter.length > 1024 || filter.includes('\u0000') || !filter.isWellFormed())
    return false;
  const levels = filter.split('/');
  return levels.every((level, at) =>
    level.includes('#') ? level === '#' && at === levels.length - 1 : !level.includes('+') || level === '+',
  );
}

const isPositive = (value: number): boolean => Number.isFinite(value) && value > 0;

function refused(why: string, cause?: unknown): KitenError {
  return new KitenError('measurement/stream-declaration', `This declares no stream: ${why}.`, { cause });
}
