import { KitenError, toBase64Url } from '@kiten/codec';
import type { DeviceId } from '@kiten/trust';
import { sha256Hex } from '../digest.ts';
import type { Random } from '../random.ts';

/**
 * What the site keeps of an enrolment token. The token itself is shown once and never stored: whoever reads the
 * store can enrol nothing with it.
 */
export interface TokenRecord {
  /** SHA-256 of the token's text, lower-case hexadecimal. */
  readonly hash: string;
  /** The one device that it enrols; absent for a token that enrols any new device of `group`. */
  readonly device?: DeviceId;
  /** The group that the enrolled device belongs to. */
  readonly group?: string;
  /** All times in milliseconds since the Unix epoch. */
  readonly createdAt: number;
  /** Exclusive. */
  readonly expiresAt: number;
  /** `operator:ann` */
  readonly createdBy: string;
  readonly used?: { readonly at: number; readonly device: DeviceId; readonly serial: string };
  readonly revokedAt?: number;
}

const tokenPattern = /^kt_[A-Za-z0-9_-]{43}$/;

/** A new token: `kt_`, by which scanners for leaked secrets can know it, and 256 random bits in base64url. */
export function generateToken(random: Random): string {
  const octets = random(32);
  if (octets.length !== 32) {
    throw new KitenError(
      'identity/random-short',
      `The random source gave ${octets.length} octets instead of 32.`,
    );
  }
  return `kt_${toBase64Url(octets)}`;
}

/** Whether a text has the form of a token at all. */
export const isToken = (text: string): boolean => tokenPattern.test(text);

/** What a token is stored and looked up by. A token has full entropy, so a plain SHA-256 gives nothing away. */
export const hashToken = (token: string): string => sha256Hex(token);

/**
 * Why a token cannot enrol this device now, or undefined if it can. The one place of these rules: stores call it
 * inside the transaction that marks the token as used.
 *
 * Codes: `identity/token-unknown`, `-revoked`, `-used`, `-expired`, `-wrong-device`.
 */
export function tokenRefusal(
  record: TokenRecord | undefined,
  device: DeviceId,
  now: number,
): KitenError | undefined {
  if (record === undefined) return refusal('unknown', 'This enrolment token was not issued by this site.');
  if (record.revokedAt !== undefined)
    return refusal('revoked', 'An operator has withdrawn this enrolment token.');
  if (record.used !== undefined)
    return refusal('used', 'This enrolment token has already enrolled a device.');
  if (now >= record.expiresAt) return refusal('expired', 'This enrolment token has expired.');
  if (record.device !== undefined && record.device !== device) {
    return refusal('wrong-device', 'This enrolment token was issued for another device.');
  }
  return undefined;
}

function refusal(word: string, sentence: string): KitenError {
  return new KitenError(`identity/token-${word}`, `${sentence} Ask an operator for a new one.`);
}
