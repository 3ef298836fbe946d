import { type Clock, encodeCertsOnly, KitenError, parseCertificate, type Verify } from '@kiten/codec';
import type { DeviceId } from '@kiten/trust';
import type { Authority } from '../authority/authority.ts';
import { nodeVerify } from '../keys/verify.ts';
import type { DeviceRegister, Enrolment } from '../register/device-register.ts';
import { deviceSpiffeId } from '../spiffe-id.ts';
import type { TokenStore } from '../tokens/token-store.ts';
import { deviceOf } from './authenticate.ts';
import { parseBasicCredentials } from './basic-credentials.ts';
import { encodeCsrAttributes } from './csr-attributes.ts';
import { asksFor, type EnrolmentQuestion, type EnrolmentSite, enrol, renew } from './enrol.ts';
import type { KeyAttestation } from './key-attestation.ts';
import { createEstLimiter, defaultEstLimits, type EstLimits } from './limits.ts';
import type { ManufacturerRoot } from './manufacturer.ts';
import type { EstRequest, EstResponse } from './message.ts';
import { answerNonce } from './nonce.ts';
import { operationOf } from './operation.ts';
import { problemResponse, Refusal } from './refusal.ts';
import { transferResponse } from './transfer.ts';

/** What the site is told of a request that it refused, for its log; how much of it to keep is the site's affair. */
export interface EstRefusal {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly remoteAddress: string;
  /** The device that the client says it is. Nothing of that has been proven. */
  readonly claimedDevice?: DeviceId;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

export interface EstOptions {
  readonly authority: Authority;
  readonly tokens: TokenStore;
  readonly register: DeviceRegister;
  readonly clock: Clock;
  /** Manufacturers whose IDevIDs may enrol; none unless given. */
  readonly manufacturerRoots?: readonly ManufacturerRoot[];
  readonly verify?: Verify;
  readonly limits?: Partial<EstLimits>;
  /** The site's policy: resolves to the reason why not, as an error, or to undefined. Permits all unless given. */
  readonly permit?: (question: EnrolmentQuestion) => Promise<KitenError | undefined>;
  /** Who judges where a request's key lives. Without it, nobody does. */
  readonly keys?: KeyAttestation;
  /** Called for each certificate after it became durable and before the device gets it; must not throw. */
  readonly enrolled?: (enrolment: Enrolment) => void;
  /** Called for each request that was refused; must not throw. */
  readonly refused?: (refusal: EstRefusal) => void;
}

export interface Est {
  /**
   * Answers one request below `/.well-known/est/`. Refusals are answers (problem documents with a stable code);
   * it rejects only when the register or another port fails.
   */
  handle(request: EstRequest): Promise<EstResponse>;
}

/**
 * Enrollment over Secure Transport, the server's side (RFC 7030, RFC 8951, RFC 9908), without the transport: the
 * site connects it to its HTTPS port, which asks for a client certificate and requires none.
 */
export function createEst(options: EstOptions): Est {
  const { authority, clock } = options;
  const limiter = createEstLimiter({ ...defaultEstLimits, ...options.limits }, clock);
  const site: EnrolmentSite = {
    authority,
    clock,
    limiter,
    tokens: options.tokens,
    register: options.register,
    manufacturerRoots: options.manufacturerRoots ?? [],
    verify: options.verify ?? nodeVerify,
    permit: options.permit ?? (async () => undefined),
    enrolled: options.enrolled ?? (() => undefined),
    keys: options.keys,
  };

  async function answer(request: EstRequest): Promise<EstResponse> {
    switch (operationOf(request.method, request.path)) {
      case 'cacerts':
        return transferResponse('application/pkcs7-mime', encodeCertsOnly(authority.certificates));
      case 'csrattrs':
        return transferResponse('application/csrattrs', encodeCsrAttributes(spiffeIdFor(request, authority)));
      case 'nonce':
        limiter.checkAddress(request.remoteAddress);
        return answerNonce(request, await asksFor(request, site), options.keys);
      case 'simpleenroll':
        limiter.checkAddress(request.remoteAddress);
        return await enrol(request, site);
      case 'simplereenroll':
        limiter.checkAddress(request.remoteAddress);
        return await renew(request, site);
    }
  }

  return {
    async handle(request) {
      try {
        return await answer(request);
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const { code, message, status } = error;
        if ((request.method === 'POST' || status === 401) && status !== 429)
          limiter.countRefusal(request.remoteAddress);
        const { method, path, remoteAddress } = request;
        const claimed = claimedDevice(request, authority);
        options.refused?.({
          ...{ code, message, status, method, path, remoteAddress, at: clock.now() },
          ...(claimed === undefined ? {} : { claimedDevice: claimed }),
        });
        return problemResponse(error);
      }
    },
  };
}

/** The name that a device should ask for, if it says who it is. It is only told its name, so nothing is checked. */
function spiffeIdFor(request: EstRequest, authority: Authority): string | undefined {
  const device = claimedDevice(request, authority);
  return device === undefined ? undefined : deviceSpiffeId(authority.trustDomain, device);
}

function claimedDevice(request: EstRequest, authority: Authority): DeviceId | undefined {
  const { authorization } = request.headers;
  try {
    if (authorization !== undefined) return parseBasicCredentials(authorization).device;
    if (request.peerCertificate === undefined) return undefined;
    return deviceOf(parseCertificate(request.peerCertificate), { authority });
  } catch (error) {
    // Whoever cannot say who it is claims to be nobody.
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}
