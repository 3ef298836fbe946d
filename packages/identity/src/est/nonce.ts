import { decodeUtf8, encodeUtf8, KitenError, parseJsonStrict, toBase64Url } from '@kiten/codec';
import type { KeyAttestation } from './key-attestation.ts';
import type { EstRequest, EstResponse } from './message.ts';
import { Refusal } from './refusal.ts';

export const nonceMediaType = 'application/est-attestation-freshness+json';

const maximumBytes = 4096;

/**
 * A nonce for what hardware says of the next request's key (draft-ietf-lamps-attestation-freshness-08, 5.1).
 *
 * @throws Refusal 400 `identity/nonce-request`; 503 `identity/nonce-unavailable`
 */
export function answerNonce(
  request: EstRequest,
  device: Parameters<KeyAttestation['challenge']>[0],
  keys: KeyAttestation | undefined,
): EstResponse {
  if (request.method === 'POST') checkNonceRequest(request);
  if (keys === undefined) {
    throw new Refusal(503, 'identity/nonce-unavailable', 'This site judges no attestation of keys.');
  }
  const { nonce, lifetimeSeconds } = keys.challenge(device);
  const answer = { nonce: toBase64Url(nonce), expiry: lifetimeSeconds };
  return {
    status: 200,
    headers: { 'Content-Type': nonceMediaType, 'Cache-Control': 'no-store' },
    body: encodeUtf8(JSON.stringify(answer)),
  };
}

/** Nonces have one length here: `len` is a wish. What a type would ask for, nobody here knows. */
function checkNonceRequest({ headers, body }: EstRequest): void {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== nonceMediaType) {
    throw new Refusal(400, 'identity/nonce-request', `A request for a nonce is ${nonceMediaType}.`);
  }
  const message = 'A request for a nonce is a JSON object with “len” from 8 to 64, or empty.';
  const asked = parse(body, message);
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) {
    throw new Refusal(400, 'identity/nonce-request', message);
  }
  const { len, type: kind } = asked as { len?: unknown; type?: unknown };
  const isLength = typeof len === 'number' && Number.isInteger(len) && len >= 8 && len <= 64;
  if (len !== undefined && !isLength) throw new Refusal(400, 'identity/nonce-request', message);
  if (kind !== undefined) {
    throw new Refusal(
      503,
      'identity/nonce-unavailable',
      'This site gives nonces without further information.',
    );
  }
}

function parse(body: Uint8Array, message: string): unknown {
  try {
    return parseJsonStrict(decodeUtf8(body), { maxBytes: maximumBytes });
  } catch (cause) {
    if (!(cause instanceof KitenError)) throw cause;
    throw new Refusal(400, 'identity/nonce-request', message, { cause });
  }
}
