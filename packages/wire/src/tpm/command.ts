import { tpmRefusal } from './error.ts';
import { TpmWriter } from './writer.ts';

/** TPMS_AUTH_COMMAND (TPM 2.0 Library, Part 2, 10.13.2): what speaks for the use of one handle. */
export interface TpmAuthorization {
  /** TPM_RS_PW, or the handle of a session. */
  readonly session: number;
  readonly nonce: Uint8Array;
  /** TPMA_SESSION (Part 2, 8.4). */
  readonly attributes: number;
  /** HMAC, or the password itself under TPM_RS_PW. */
  readonly proof: Uint8Array;
}

/** A command (Part 1, 18): its handles, what authorizes them, its parameters. */
export interface TpmCommand {
  /** TPM_CC. */
  readonly code: number;
  readonly handles: readonly number[];
  /** Three at most. */
  readonly authorizations: readonly TpmAuthorization[];
  readonly parameters: Uint8Array;
}

/** TPM_RS_PW: a password instead of a session (Part 2, 7.4). */
export const passwordSession = 0x4000_0009;
/** TPMA_SESSION: the session is still there after the command. */
export const continueSession = 1;

/** TPM_ST (Part 2, 6.9). */
const tags = { sessions: 0x8002, noSessions: 0x8001 } as const;
const headerBytes = 10;
const maximum = { bytes: 4096, authorizations: 3, handles: 3, digest: 64 } as const;

/** @throws KitenError `wire/tpm-count`, `wire/tpm-size`, `wire/tpm-integer-range` */
export function encodeTpmCommand(command: TpmCommand): Uint8Array {
  const { code, handles, authorizations, parameters } = command;
  if (authorizations.length > maximum.authorizations || handles.length > maximum.handles) {
    throw tpmRefusal('wire/tpm-count', 'A command has three handles and three sessions at most.');
  }
  const body = new TpmWriter();
  for (const handle of handles) body.uint32(handle);
  if (authorizations.length > 0) {
    const area = encodeAuthorizations(authorizations);
    body.uint32(area.length).octets(area);
  }
  const rest = body.octets(parameters).result();
  if (rest.length + headerBytes > maximum.bytes) {
    throw tpmRefusal('wire/tpm-size', `A command has ${maximum.bytes} octets at most.`);
  }
  const tag = authorizations.length > 0 ? tags.sessions : tags.noSessions;
  return new TpmWriter()
    .uint16(tag)
    .uint32(rest.length + headerBytes)
    .uint32(code)
    .octets(rest)
    .result();
}

function encodeAuthorizations(authorizations: readonly TpmAuthorization[]): Uint8Array {
  const writer = new TpmWriter();
  for (const { session, nonce, attributes, proof } of authorizations) {
    writer.uint32(session).sized(nonce, maximum.digest).uint8(attributes).sized(proof, maximum.digest);
  }
  return writer.result();
}
