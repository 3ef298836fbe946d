import { type Clock, KitenError } from '@kiten/codec';
import type { DeviceId } from '@kiten/trust';
import type { Random } from '../random.ts';
import { parseCertifiableId } from '../spiffe-id.ts';
import { generateToken, hashToken, type TokenRecord } from './token.ts';

/**
 * Where the site keeps its tokens. A token is marked as used by `DeviceRegister.enrol` only, in one transaction with
 * the certificate that it bought.
 */
export interface TokenStore {
  /** Durable when it resolves. */
  insert(record: TokenRecord): Promise<void>;
  find(hash: string): Promise<TokenRecord | undefined>;
  /** Newest first. */
  list(): Promise<readonly TokenRecord[]>;
  /** Withdraws an unused token. Returns false if there is none with that hash, or it is used or withdrawn already. */
  revoke(hash: string, at: number): Promise<boolean>;
}

export interface TokenRequest {
  readonly device?: string;
  readonly group?: string;
  /** Milliseconds, one hour unless said otherwise, from one second to 30 days. */
  readonly lifetime?: number;
  /** `operator:ann` */
  readonly createdBy: string;
}

export interface IssuedToken {
  /** Shown to the operator once, never stored. */
  readonly token: string;
  readonly record: TokenRecord;
}

const hour = 3_600_000;
const shortestLifetime = 1000;
const longestLifetime = 30 * 24 * hour;
const groupPattern = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Creates a one-time enrolment token bound to a device, to a group, or to a device that joins a group.
 *
 * @throws KitenError `identity/token-unbound`, `identity/token-lifetime`, `identity/group-name`, `trust/device-id`,
 * `identity/device-id-reserved`
 */
export async function createToken(
  request: TokenRequest,
  { tokens, clock, random }: { tokens: TokenStore; clock: Clock; random: Random },
): Promise<IssuedToken> {
  const { device, group, lifetime = hour, createdBy } = request;
  if (device === undefined && group === undefined) {
    throw new KitenError(
      'identity/token-unbound',
      'A token is bound to a device id, a group, or both: name one.',
    );
  }
  if (group !== undefined && !groupPattern.test(group)) {
    throw new KitenError(
      'identity/group-name',
      'A group is 1 to 64 characters of A–Z, a–z, 0–9, “.”, “_” and “-”.',
    );
  }
  if (!(lifetime >= shortestLifetime && lifetime <= longestLifetime)) {
    throw new KitenError('identity/token-lifetime', 'A token lives from one second to 30 days.', {
      detail: { lifetime },
    });
  }
  const token = generateToken(random);
  const createdAt = clock.now();
  const id: DeviceId | undefined = device === undefined ? undefined : parseCertifiableId(device);
  const record: TokenRecord = {
    hash: hashToken(token),
    ...(id === undefined ? {} : { device: id }),
    ...(group === undefined ? {} : { group }),
    createdAt,
    expiresAt: createdAt + lifetime,
    createdBy,
  };
  await tokens.insert(record);
  return { token, record };
}
