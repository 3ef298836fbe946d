/** What a response code is about, where it says so. */
export type TpmResponsePlace =
  | { readonly kind: 'parameter' | 'handle' | 'session'; readonly number: number }
  | undefined;

/** TPM_RC (TPM 2.0 Library, Part 2, 6.6.3): errors that tell of a parameter, a handle or a session. */
const formatOne = names(`
  01 ASYMMETRIC 02 ATTRIBUTES 03 HASH 04 VALUE 05 HIERARCHY 07 KEY_SIZE 08 MGF 09 MODE 0a TYPE 0b HANDLE 0c KDF
  0d RANGE 0e AUTH_FAIL 0f NONCE 10 PP 12 SCHEME 15 SIZE 16 SYMMETRIC 17 TAG 18 SELECTOR 1a INSUFFICIENT
  1b SIGNATURE 1c KEY 1d POLICY_FAIL 1f INTEGRITY 20 TICKET 21 RESERVED_BITS 22 BAD_AUTH 23 EXPIRED 24 POLICY_CC
  25 BINDING 26 CURVE 27 ECC_POINT 28 FW_LIMITED 29 SVN_LIMITED`);
/** Errors of the command as a whole. */
const errors = names(`
  00 INITIALIZE 01 FAILURE 03 SEQUENCE 0b PRIVATE 19 HMAC 20 DISABLED 21 EXCLUSIVE 24 AUTH_TYPE 25 AUTH_MISSING
  26 POLICY 27 PCR 28 PCR_CHANGED 2d UPGRADE 2e TOO_MANY_CONTEXTS 2f AUTH_UNAVAILABLE 30 REBOOT 31 UNBALANCED
  42 COMMAND_SIZE 43 COMMAND_CODE 44 AUTHSIZE 45 AUTH_CONTEXT 46 NV_RANGE 47 NV_SIZE 48 NV_LOCKED
  49 NV_AUTHORIZATION 4a NV_UNINITIALIZED 4b NV_SPACE 4c NV_DEFINED 50 BAD_CONTEXT 51 CPHASH 52 PARENT 53 NEEDS_TEST
  54 NO_RESULT 55 SENSITIVE`);
/** What passes, or can be helped. */
const warnings = names(`
  01 CONTEXT_GAP 02 OBJECT_MEMORY 03 SESSION_MEMORY 04 MEMORY 05 SESSION_HANDLES 06 OBJECT_HANDLES 07 LOCALITY
  08 YIELDED 09 CANCELED 0a TESTING 10 REFERENCE_H0 11 REFERENCE_H1 12 REFERENCE_H2 13 REFERENCE_H3 14 REFERENCE_H4
  15 REFERENCE_H5 16 REFERENCE_H6 18 REFERENCE_S0 19 REFERENCE_S1 1a REFERENCE_S2 1b REFERENCE_S3 1c REFERENCE_S4
  1d REFERENCE_S5 1e REFERENCE_S6 20 NV_RATE 21 LOCKOUT 22 RETRY 23 NV_UNAVAILABLE`);

/**
 * The name of a response code (Part 2, 6.6.2) and what it is about. A code that the specification doesn't know is
 * named by its number.
 */
export function describeTpmResponse(code: number): {
  readonly name: string;
  readonly place: TpmResponsePlace;
} {
  if (code === 0) return { name: 'TPM_RC_SUCCESS', place: undefined };
  const word = wordOf(code);
  const name = word === undefined ? `0x${code.toString(16).padStart(8, '0')}` : `TPM_RC_${word}`;
  return { name, place: placeOf(code) };
}

function wordOf(code: number): string | undefined {
  // The layers above the TPM, and vendors, have bits of their own.
  if (code > 0xfff) return undefined;
  if (code & 0x080) return formatOne.get(code & 0x3f);
  if ((code & 0x100) === 0) return code === 0x1e ? 'BAD_TAG' : undefined;
  if (code & 0x400) return undefined;
  return (code & 0x800 ? warnings : errors).get(code & 0x7f);
}

function placeOf(code: number): TpmResponsePlace {
  const number = (code >> 8) & 0xf;
  if (code > 0xfff || (code & 0x080) === 0 || number === 0) return undefined;
  if (code & 0x040) return { kind: 'parameter', number };
  return number & 8 ? { kind: 'session', number: number & 7 } : { kind: 'handle', number };
}

/** Pairs of a number in hexadecimal and a name. */
function names(pairs: string): ReadonlyMap<number, string> {
  const words = pairs.trim().split(/\s+/);
  return new Map(
    words.flatMap((word, index) =>
      index % 2 === 0 ? [[Number.parseInt(word, 16), words[index + 1]!] as const] : [],
    ),
  );
}
