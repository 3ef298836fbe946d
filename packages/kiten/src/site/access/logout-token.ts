import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { type AlgorithmName, algorithms, fromBase64Url, KitenError, parseJsonStrict } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';

/** Whom a provider signs out: one of its sessions, or all of a subject. */
export interface Logout {
  readonly subject?: string;
  /** The provider's session (`sid`). */
  readonly session?: string;
  readonly id: string;
  /** When the token is over, in milliseconds since the Unix epoch. */
  readonly expiresAt: number;
}

export interface LogoutConditions {
  readonly issuer: string;
  readonly clientId: string;
  /** The algorithms that the provider signs ID tokens with. */
  readonly algorithms: readonly string[];
  readonly keys: readonly Readonly<Record<string, unknown>>[];
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** A provider's clock may be so far from ours; a token is for now, and lives two minutes at most. */
const SKEW = 60;
const LONGEST = 120;
const LONGEST_TOKEN = 8192;

type Claims = Readonly<Record<string, unknown>>;

/**
 * What a logout token says (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6), if it is the provider's, for us and for now.
 *
 * @throws KitenError `kiten/oidc-logout`
 */
export function readLogoutToken(token: string, conditions: LogoutConditions): Logout {
  const parts = token.split('.');
  if (token.length > LONGEST_TOKEN || parts.length !== 3) throw refused('it is no signed token');
  const [head, body, signature] = parts as [string, string, string];
  const [header, claims] = [objectIn(head), objectIn(body)];
  const { issuer, clientId, now } = conditions;
  if (!signatureHolds(`${head}.${body}`, bytesIn(signature), header, conditions))
    throw refused('the provider has not signed it');
  if (header.typ !== undefined && !/^(application\/)?(logout\+)?jwt$/i.test(String(header.typ)))
    throw refused('it is a token for something else');
  if (claims.iss !== issuer) throw refused('another issuer made it');
  if (![claims.aud].flat().includes(clientId)) throw refused('it is for somebody else');
  // What would make it an ID token as well.
  if (claims.nonce !== undefined) throw refused('it has a nonce');
  const event = ((claims.events ?? {}) as Claims)[LOGOUT_EVENT];
  if (typeof event !== 'object' || event === null || Array.isArray(event))
    throw refused('it tells of no logout');
  const [at, until] = [claims.iat, claims.exp].map(Number) as [number, number];
  const seconds = now / 1000;
  if (!(Math.abs(seconds - at) <= LONGEST + SKEW && until > seconds - SKEW && until - at <= LONGEST + SKEW))
    throw refused('its time is not now');
  const [id, subject, session] = [claims.jti, claims.sub, claims.sid].map(text);
  if (id === undefined) throw refused('it has no identifier');
  if (subject === undefined && session === undefined) throw refused('it names nobody');
  return {
    ...{ id, expiresAt: (until + SKEW) * 1000 },
    ...(subject === undefined ? {} : { subject }),
    ...(session === undefined ? {} : { session }),
  };
}

function signatureHolds(
  signed: string,
  signature: Uint8Array,
  { alg, kid, crit }: Claims,
  { keys, algorithms: announced }: LogoutConditions,
): boolean {
  if (crit !== undefined || typeof alg !== 'string') return false;
  if (!announced.includes(alg) || !Object.hasOwn(algorithms, alg)) return false;
  const bytes = new TextEncoder().encode(signed);
  return keys
    .filter((key) => (kid === undefined || key.kid === kid) && (key.use === undefined || key.use === 'sig'))
    .some((key) => {
      const publicKey = publicKeyOf(key);
      return publicKey !== undefined && nodeVerify(alg as AlgorithmName, publicKey, bytes, signature);
    });
}

/** DER SubjectPublicKeyInfo; undefined of a key that is none, or of a kind that the runtime lacks. */
function publicKeyOf(key: Claims): Uint8Array | undefined {
  try {
    const imported = createPublicKey({ key: key as JsonWebKey, format: 'jwk' });
    return new Uint8Array(imported.export({ type: 'spki', format: 'der' }));
  } catch {
    return undefined;
  }
}

function objectIn(part: string): Claims {
  let value: unknown;
  try {
    value = parseJsonStrict(new TextDecoder('utf-8', { fatal: true }).decode(fromBase64Url(part)));
  } catch (cause) {
    throw refused('it cannot be read', cause);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Claims;
  throw refused('it cannot be read');
}

function bytesIn(part: string): Uint8Array {
  try {
    return fromBase64Url(part);
  } catch (cause) {
    throw refused('it cannot be read', cause);
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= 255 ? value : undefined;

export function refused(why: string, cause?: unknown): KitenError {
  return new KitenError('kiten/oidc-logout', `This logout token does not hold: ${why}.`, { cause });
}
