import { tpmRefusal } from './error.ts';
import { TpmReader } from './reader.ts';

/** What a TPM answers (TPM 2.0 Library, Part 1, 18). Its parameters are a view of what it was decoded from. */
export interface TpmResponse {
  /** TPM_RC: 0 for success, and nothing else comes along unless it is. */
  readonly responseCode: number;
  readonly handles: readonly number[];
  readonly parameters: Uint8Array;
}

/** Tag, size, response code. */
export const tpmResponseHeaderBytes = 10;
/** No implementation answers with more; the reference has 4,096. */
const maximumBytes = 65_536;
const maximumDigest = 64;
const tags = { sessions: 0x8002, noSessions: 0x8001, versionOne: 0x00c4 } as const;

/**
 * The size that a response says it has, its header included, for transports that have to find its end.
 *
 * @param bytes the header at least
 * @throws KitenError `wire/tpm-truncated`, `wire/tpm-size`
 */
export function decodeTpmResponseHeader(bytes: Uint8Array): { readonly size: number } {
  const reader = new TpmReader(bytes);
  reader.uint16();
  const size = reader.uint32();
  if (size < tpmResponseHeaderBytes || size > maximumBytes) {
    throw tpmRefusal(
      'wire/tpm-size',
      `A response has ${tpmResponseHeaderBytes} to ${maximumBytes} octets.`,
      2,
    );
  }
  return { size };
}

/** Decodes a response that has so many handles if it tells of success. @throws KitenError `wire/tpm-…` */
export function decodeTpmResponse(bytes: Uint8Array, handleCount: number): TpmResponse {
  const { size } = decodeTpmResponseHeader(bytes);
  if (size !== bytes.length) {
    throw tpmRefusal('wire/tpm-size', 'A response is as long as its header says.', 2);
  }
  const reader = new TpmReader(bytes);
  const tag = reader.uint16();
  reader.uint32();
  const responseCode = reader.uint32();
  if (responseCode !== 0) {
    // A TPM of version 1.2 answers in its own way that it doesn't understand.
    if (tag !== tags.noSessions && tag !== tags.versionOne) throw unknownTag();
    reader.finish();
    return { responseCode, handles: [], parameters: new Uint8Array(0) };
  }
  if (tag !== tags.sessions && tag !== tags.noSessions) throw unknownTag();
  const handles = Array.from({ length: handleCount }, () => reader.uint32());
  if (tag === tags.noSessions) return { responseCode, handles, parameters: reader.rest() };
  const parameters = reader.octets(reader.uint32());
  skipAuthorizations(reader);
  return { responseCode, handles, parameters };
}

/** TPMS_AUTH_RESPONSE (Part 2, 10.13.3), 1 to 3: without a key in the session there is nothing to verify. */
function skipAuthorizations(reader: TpmReader): void {
  let count = 0;
  do {
    reader.sized(maximumDigest);
    reader.uint8();
    reader.sized(maximumDigest);
    count += 1;
  } while (!reader.atEnd && count < 3);
  reader.finish();
}

const unknownTag = () => tpmRefusal('wire/tpm-tag', 'A response has one of the tags of responses.', 0);
