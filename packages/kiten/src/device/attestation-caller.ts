import type { TLSSocket } from 'node:tls';
import { type Clock, KitenError } from '@kiten/codec';
import {
  addressKey,
  createRateLimiter,
  hashToken,
  parseBasicCredentials,
  type TokenStore,
  tokenRefusal,
} from '@kiten/identity';
import type { DeviceId } from '@kiten/trust';
import type { FastifyRequest } from 'fastify';
import type { DeviceBook } from '../site/device-book.ts';
import { presentedDevice } from './presented-device.ts';

export interface AttestationCallerParts {
  readonly book: DeviceBook;
  readonly tokens: Pick<TokenStore, 'find'>;
  readonly clock: Clock;
  /** Whether policy lets a device that is known attest as it stands. */
  readonly mayAttest: (device: DeviceId) => boolean;
}

/** Refused requests from one source address; each thing that one device asks for. */
const limits = {
  address: { burst: 60, perMinute: 30 },
  device: { burst: 30, perMinute: 20 },
  /** KiB of evidence, which is kept whatever it is worth. */
  evidence: { burst: 65_536, perMinute: 1024 },
} as const;

/** Who calls: by its certificate, or before it has one by its token, which is looked at and not used up. */
export class AttestationCallers {
  readonly #parts: AttestationCallerParts;
  readonly #addresses;
  readonly #devices;
  readonly #evidence;

  constructor(parts: AttestationCallerParts) {
    this.#parts = parts;
    this.#addresses = createRateLimiter(limits.address, parts.clock);
    this.#devices = createRateLimiter(limits.device, parts.clock, 65_536);
    this.#evidence = createRateLimiter(limits.evidence, parts.clock, 65_536);
  }

  /**
   * @param what is asked for: each thing has its own limit
   * @throws KitenError `kiten/attestation-unauthenticated`, always the same; `kiten/attestation-forbidden`,
   *   `kiten/attestation-too-often` with `detail.seconds`
   */
  async of(request: FastifyRequest, what: string): Promise<DeviceId> {
    const address = addressKey(request.ip);
    mustNotWait(this.#addresses.wait(address));
    const device = await this.#authenticate(request);
    if (device === undefined) {
      this.#addresses.take(address);
      throw unauthenticated();
    }
    mustNotWait(this.#devices.take(`${what} ${device}`));
    if (this.#parts.book.find(device) !== undefined && !this.#parts.mayAttest(device)) {
      throw new KitenError(
        'kiten/attestation-forbidden',
        `Policy does not let “${device}” attest as it stands.`,
      );
    }
    return device;
  }

  /** No device fills the disk by itself. @throws KitenError `kiten/attestation-too-often` with `detail.seconds` */
  mayBring(device: DeviceId, octets: number): void {
    mustNotWait(this.#evidence.take(device, Math.ceil(octets / 1024)));
  }

  async #authenticate(request: FastifyRequest): Promise<DeviceId | undefined> {
    const { book, tokens, clock } = this.#parts;
    const { authorization } = request.headers;
    if (authorization === undefined)
      return presentedDevice(request.raw.socket as TLSSocket, book, clock.now())?.id;
    // Why a token does not count would tell whoever guesses that there is one: enrolling with it says so.
    try {
      const { device, token } = parseBasicCredentials(authorization);
      const refusal = tokenRefusal(await tokens.find(hashToken(token)), device, clock.now());
      return refusal === undefined ? device : undefined;
    } catch (error) {
      if (error instanceof KitenError && error.code.startsWith('identity/')) return undefined;
      throw error;
    }
  }
}

function mustNotWait(seconds: number): void {
  if (seconds === 0) return;
  throw new KitenError('kiten/attestation-too-often', `Too many requests: try again in ${seconds} s.`, {
    detail: { seconds },
  });
}

const unauthenticated = (): KitenError =>
  new KitenError(
    'kiten/attestation-unauthenticated',
    'Attest with the device’s certificate (TLS), or before there is one with its id and enrolment token (HTTP Basic).',
  );
