import { refusal } from '../der/der-error.ts';
import type { DerReader } from '../der/reader.ts';
import { contextConstructed, contextPrimitive, derTag } from '../der/tags.ts';
import { preciseTimeValue } from '../der/time.ts';
import { readExtensions, readTrue } from '../x509/extension.ts';
import { type GeneralName, readGeneralName } from '../x509/general-name.ts';
import { type MessageImprint, readMessageImprint } from './message-imprint.ts';
import { readNumber } from './number.ts';

/** What an authority states: that it saw a digest at a time (RFC 3161 §2.4.2, TSTInfo). */
export interface TimeStampInfo {
  /** The policy it stamped under, dotted. */
  readonly policy: string;
  readonly imprint: MessageImprint;
  /** Unique for the authority: highest octet first, no leading zeros. */
  readonly serialNumber: Uint8Array;
  /** Milliseconds since the Unix epoch; finer parts, if the authority states them, as a fraction. */
  readonly time: number;
  /** How far the true time may be from `time`, to either side, in milliseconds. */
  readonly accuracy?: number;
  /** Whether the authority's stamps may be put in order by time alone, regardless of the accuracy. */
  readonly ordering: boolean;
  /** Highest octet first, no leading zeros. */
  readonly nonce?: Uint8Array;
  /** The authority's name, as a hint, which verification holds against its certificate. */
  readonly tsa?: GeneralName;
}

/** RFC 3161 §2.4.2 has readers take 160 bits. */
const maximumSerialOctets = 20;
const maximumNonceOctets = 32;
const maximumSeconds = 2 ** 31 - 1;

/** @throws KitenError `codec/tsp-…`, `codec/x509-…` or `codec/der-…` with `detail.offset`. */
export function readTimeStampInfo(reader: DerReader): TimeStampInfo {
  const info = reader.sequence();
  const versionStart = info.offset;
  if (info.smallInteger(127) !== 1)
    throw refusal('codec/tsp-version', 'A time-stamp has version 1.', versionStart);
  const policy = info.objectIdentifier();
  const imprint = readMessageImprint(info);
  const serialNumber = readNumber(info, maximumSerialOctets);
  const time = readTime(info);
  const accuracy = info.peek() === derTag.sequence ? readAccuracy(info.sequence()) : undefined;
  const ordering = info.peek() === derTag.boolean && readTrue(info);
  const nonce = info.peek() === derTag.integer ? readNumber(info, maximumNonceOctets) : undefined;
  const tsa =
    info.peek() === contextConstructed(0) ? readTsa(info.constructed(contextConstructed(0))) : undefined;
  if (info.peek() === contextConstructed(1)) readNoCriticalExtension(info);
  info.finish();
  return {
    ...{ policy, imprint, serialNumber, time, ordering },
    ...(accuracy === undefined ? {} : { accuracy }),
    ...(nonce === undefined ? {} : { nonce }),
    ...(tsa === undefined ? {} : { tsa }),
  };
}

function readTime(info: DerReader): number {
  const { length } = info.content(derTag.generalizedTime);
  return preciseTimeValue(info.bytes, info.offset - length, info.offset);
}

/** In milliseconds; what is missing is zero. */
function readAccuracy(accuracy: DerReader): number {
  const seconds = accuracy.peek() === derTag.integer ? accuracy.smallInteger(maximumSeconds) : 0;
  const milliseconds = readThousandths(accuracy, contextPrimitive(0));
  const microseconds = readThousandths(accuracy, contextPrimitive(1));
  accuracy.finish();
  return seconds * 1000 + milliseconds + microseconds / 1000;
}

function readThousandths(accuracy: DerReader, tag: number): number {
  if (accuracy.peek() !== tag) return 0;
  const { offset } = accuracy;
  const value = accuracy.smallInteger(999, tag);
  if (value === 0) throw refusal('codec/tsp-accuracy', 'Parts of an accuracy are 1 to 999.', offset);
  return value;
}

/** GeneralName is a CHOICE, so that the tag is explicit although the module's are implicit (X.680 §31.2.7). */
function readTsa(explicit: DerReader): GeneralName {
  const name = readGeneralName(explicit);
  explicit.finish();
  return name;
}

/** Extensions are not understood here; those that are not critical may say what they like. */
function readNoCriticalExtension(info: DerReader): void {
  const { offset } = info;
  const { unknownCriticalExtensions } = readExtensions(info, () => false, contextConstructed(1));
  const [critical] = unknownCriticalExtensions;
  if (critical !== undefined) {
    throw refusal('codec/tsp-extension-critical', `The critical extension ${critical} is not known.`, offset);
  }
}
