import { encodeUtf8, toBase64Url } from '@kiten/codec';
import type { Random } from '../random.ts';

const entropyBytes = 24;
const prefix = 'ktp_';

/** A new password for a device: 192 bits, behind a prefix that scanners for leaked secrets can recognise. */
export function generatePassword(random: Random): string {
  return prefix + toBase64Url(random(entropyBytes));
}

/** Which of two things a password rests on: what we made cannot be guessed, what somebody chose may be. */
export type PasswordOrigin = 'generated' | 'imported';

/** The bytes that MQTT carries of a password. */
export function passwordBytes(password: string): Uint8Array {
  return encodeUtf8(password);
}
