import { type Clock, KitenError, type Signer, type Verify } from '@kiten/codec';
import { formatDateTime, parseDateTime } from '../tuf/metadata/date-time.ts';
import { malformed, textAt, textsAt } from '../tuf/metadata/fields.ts';
import type { Holders } from '../tuf/repository/drafts.ts';
import { ecuKey } from './ecu.ts';
import type { UptaneProfile } from './profile.ts';
import { parsePayload, readPayload, signPayload, verifyPayload } from './signed-payload.ts';

const maxBytes = 64 * 1024;
const mostNonces = 1024;
const nonceForm = /^(?:[0-9a-f]{2}){16,64}$/;

/**
 * The answer of a time server: the time, and the nonces of the ECUs that asked (Uptane 2.1 Deployment Best Practices
 * §3.1.1).
 *
 * @param nonces 16 to 64 octets each, in lower-case hexadecimal.
 * @throws KitenError `update/metadata-malformed`.
 */
export function signTime(
  now: number,
  nonces: readonly string[],
  signers: readonly Signer[],
  profile: UptaneProfile = 'standard',
): Uint8Array {
  checkNonces(nonces);
  return Buffer.from(JSON.stringify(signPayload({ time: formatDateTime(now), nonces }, signers, profile)));
}

/**
 * The time that a server attests to an ECU (Uptane 2.1 §5.4.3.1).
 *
 * @param nonce what the ECU has asked with, and asks with once only.
 * @param latest the latest time that it has verified: time doesn’t go back.
 * @returns milliseconds since 1970.
 * @throws KitenError `update/unsigned`, `update/threshold`, `update/threshold-invalid`, `update/uptane-time-nonce`,
 * `update/uptane-time-rollback`, `update/metadata-malformed`.
 */
export function verifyTime(
  bytes: Uint8Array,
  {
    server,
    nonce,
    latest,
    verify,
    profile = 'standard',
  }: {
    readonly server: Holders;
    readonly nonce: string;
    readonly latest: number;
    readonly verify: Verify;
    readonly profile?: UptaneProfile;
  },
): number {
  const payload = readPayload(parsePayload(bytes, maxBytes), profile);
  const { threshold } = server;
  verifyPayload(payload, { name: 'time', keys: server.keys.map(ecuKey), threshold }, verify);
  const time = parseDateTime(textAt(payload.signed, 'time'), 'time');
  const nonces = textsAt(payload.signed, 'nonces');
  checkNonces(nonces);
  if (!nonces.includes(nonce)) {
    throw new KitenError('update/uptane-time-nonce', 'The time was attested to somebody else, or before.');
  }
  if (time >= latest) return time;
  throw new KitenError(
    'update/uptane-time-rollback',
    'The time that is attested is before one that was verified.',
    {
      detail: { time, latest },
    },
  );
}

/**
 * A clock that begins at an attested time and goes on by a clock that may be wrong but runs: what passes on it counts,
 * what it says doesn’t, and it never goes back.
 */
export function attestedClock(attested: number, running: Clock): Clock {
  const start = running.now();
  let latest = attested;
  return {
    now() {
      latest = Math.max(latest, attested + running.now() - start);
      return latest;
    },
  };
}

function checkNonces(nonces: readonly string[]): void {
  if (nonces.length <= mostNonces && nonces.every((nonce) => nonceForm.test(nonce))) return;
  throw malformed('nonces', `are ${mostNonces} at most, each of 16 to 64 octets in lower-case hexadecimal`);
}
