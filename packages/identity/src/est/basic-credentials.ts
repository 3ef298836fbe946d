import { decodeUtf8, fromBase64, KitenError } from '@kiten/codec';
import type { DeviceId } from '@kiten/trust';
import { parseCertifiableId } from '../spiffe-id.ts';
import { isToken } from '../tokens/token.ts';
import { unauthorized } from './refusal.ts';

export interface BasicCredentials {
  readonly device: DeviceId;
  readonly token: string;
}

/**
 * The device id and one-time token of an Authorization header (RFC 7617). Neither can contain a colon, so the first
 * one separates them.
 *
 * @throws Refusal 401 `identity/authorization-scheme`, `identity/authorization-malformed`, `identity/token-unknown`
 */
export function parseBasicCredentials(header: string): BasicCredentials {
  const [, scheme, value] = /^([!-~]+) +([!-~]+) *$/.exec(header) ?? [];
  if (scheme?.toLowerCase() !== 'basic' || value === undefined) {
    throw unauthorized(
      'identity/authorization-scheme',
      'Enrolment takes HTTP Basic: device id and one-time token.',
    );
  }
  const { user, password } = decode(value);
  if (!isToken(password)) {
    const message =
      'The password is not an enrolment token of this site: one looks like kt_ and 43 characters.';
    throw unauthorized('identity/token-unknown', message);
  }
  try {
    return { device: parseCertifiableId(user), token: password };
  } catch (cause) {
    const message =
      'The user name of an enrolment is the device id, 1 to 64 of A–Z, a–z, 0–9, “.”, “_” and “-”.';
    throw unauthorized('identity/authorization-malformed', message, cause);
  }
}

function decode(value: string): { user: string; password: string } {
  try {
    const text = decodeUtf8(fromBase64(value));
    const colon = text.indexOf(':');
    if (colon >= 0) return { user: text.slice(0, colon), password: text.slice(colon + 1) };
  } catch (cause) {
    if (!(cause instanceof KitenError)) throw cause;
    throw unauthorized(
      'identity/authorization-malformed',
      'The HTTP Basic credentials cannot be decoded.',
      cause,
    );
  }
  throw unauthorized(
    'identity/authorization-malformed',
    'HTTP Basic credentials are USER:PASSWORD in base64.',
  );
}
