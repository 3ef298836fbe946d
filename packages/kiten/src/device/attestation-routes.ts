import {
  attestationPaths,
  decodeKeyConfirmation,
  decodeKeyRequest,
  encodeChallenge,
  encodeKeyActivation,
  encodeKeyConfirmed,
  encodeResult,
  maximumEvidenceBytes,
} from '@kiten/attestation';
import { KitenError } from '@kiten/codec';
import type { DeviceId } from '@kiten/trust';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from '../api/problem.ts';
import type { AttestationDesk } from '../site/attestation/attestation-desk.ts';
import type { KeyDesk } from '../site/attestation/key-desk.ts';
import type { ResultWriter } from '../site/attestation/result-writer.ts';
import { type AttestationCallerParts, AttestationCallers } from './attestation-caller.ts';
import { readEvidenceBody } from './evidence-body.ts';

export interface AttestationRouteParts extends AttestationCallerParts {
  readonly keys: Pick<KeyDesk, 'request' | 'confirm'>;
  readonly attestation: Pick<AttestationDesk, 'challenge' | 'receive'>;
  readonly results: ResultWriter;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who attests. */
    attester: DeviceId;
  }
}

/** Octets of evidence that may be on their way at once. */
const mostUnderWay = 64 << 20;
/** A form needs a little more than what is in it. */
const bodyLimit = maximumEvidenceBytes + 8192;
const json = 'application/json';

/** How a device attests by HTTPS: which key speaks for it, a challenge, and the evidence that answers it. */
export function attestationRoutes(server: FastifyInstance, parts: AttestationRouteParts): void {
  const callers = new AttestationCallers(parts);
  const { keys, attestation, results } = parts;
  let underWay = 0;

  /** Who calls is known before anything is read. */
  const calling = (what: string) => async (request: FastifyRequest) => {
    request.attester = await callers.of(request, what);
  };

  /** Room is made before anything is read, and given back however it ends. */
  const reserve = async (request: FastifyRequest, reply: FastifyReply) => {
    const declared = Number(request.headers['content-length'] ?? bodyLimit);
    const octets = Math.min(Number.isSafeInteger(declared) ? declared : bodyLimit, bodyLimit);
    if (underWay + octets > mostUnderWay) throw busy();
    callers.mayBring(request.attester, octets);
    underWay += octets;
    reply.raw.once('close', () => {
      underWay -= octets;
    });
  };

  server.register(async (scope) => {
    scope.decorateRequest('attester', '' as DeviceId);
    scope.setErrorHandler(refuse);

    scope.post(attestationPaths.key, { onRequest: calling('key') }, async (request, reply) => {
      const activation = await keys.request(request.attester, decodeKeyRequest(bodyOf(request)));
      return reply.type(json).send(Buffer.from(encodeKeyActivation(activation)));
    });

    scope.post(attestationPaths.confirm, { onRequest: calling('confirm') }, async (request, reply) => {
      const confirmed = await keys.confirm(request.attester, decodeKeyConfirmation(bodyOf(request)));
      return reply.type(json).send(Buffer.from(encodeKeyConfirmed(confirmed)));
    });

    scope.post(attestationPaths.challenge, { onRequest: calling('challenge') }, async (request, reply) =>
      reply.type(json).send(Buffer.from(encodeChallenge(attestation.challenge(request.attester)))),
    );

    scope.post(
      attestationPaths.evidence,
      { onRequest: [calling('evidence'), reserve], bodyLimit },
      async (request, reply) => {
        const type = request.headers['content-type'] ?? '';
        const { evidence, nonce } = await readEvidenceBody(type, bodyOf(request));
        const outcome = await attestation.receive(request.attester, evidence, ['https'], nonce);
        const accepted = request.headers.accept ?? json;
        if (accepted.includes(results.cwtType))
          return reply.type(results.cwtType).send(Buffer.from(results.cwt(outcome)));
        if (accepted.includes(results.jwtType)) return reply.type(results.jwtType).send(results.jwt(outcome));
        return reply.type(json).send(Buffer.from(encodeResult(results.message(outcome))));
      },
    );
  });
}

const bodyOf = ({ body }: FastifyRequest): Uint8Array =>
  (body as Buffer | undefined | null) ?? new Uint8Array(0);

/** What a client got wrong, in its own words; what is our fault is for the server to say. */
function refuse(error: Error & { statusCode?: number }, _request: FastifyRequest, reply: FastifyReply) {
  const own = error.statusCode === 413 ? tooLarge() : error;
  if (!(own instanceof KitenError) || !ofClients.some((prefix) => own.code.startsWith(prefix))) throw error;
  const problem = problemOf(own);
  const { seconds } = own.detail ?? {};
  if (typeof seconds === 'number') reply.header('retry-after', seconds);
  if (problem.status === 401) reply.header('www-authenticate', 'Basic realm="kiten"');
  return reply.code(problem.status).type('application/problem+json').send(problem);
}

const ofClients = ['kiten/', 'attestation/', 'codec/', 'wire/', 'ledger/disk-full'];

const tooLarge = (): KitenError =>
  new KitenError(
    'kiten/body-too-large',
    `Evidence may have ${maximumEvidenceBytes} octets at most, other requests 64 KiB.`,
  );

const busy = (): KitenError =>
  new KitenError('kiten/attestation-busy', 'Too much evidence comes at once: try again in a few seconds.', {
    detail: { seconds: 5 },
  });
