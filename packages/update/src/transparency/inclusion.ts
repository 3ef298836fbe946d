import { decodeUtf8, encodeUtf8, fromBase64, KitenError, parseJsonStrict, toBase64 } from '@kiten/codec';
import { maxEntryBytes, parseTlogProof } from '@kiten/ledger';

/** Proof that an entry is in a log whose tree others have seen: what `GET /update/inclusion/SHA256` answers. */
export interface LogInclusion {
  /** The bytes of the entry. */
  readonly leaf: Uint8Array;
  readonly index: number;
  /** From the sibling of the leaf up (RFC 9162 §2.1.3.1), 32 octets each. */
  readonly path: readonly Uint8Array[];
  /** The signed note with the cosignatures of witnesses (C2SP tlog-checkpoint, tlog-cosignature). */
  readonly checkpoint: string;
  /** That this tree continues the one that was asked about (RFC 9162 §2.1.4.1): `?since=SIZE`. */
  readonly consistency?: readonly Uint8Array[];
}

const maxBytes = 256 * 1024;
const maxHashes = 64;
const hashBytes = 32;

/**
 * `{"leaf": base64, "proof": {"index": number, "path": [base64, …]}, "checkpoint": text, "consistency"?: [base64, …]}`
 *
 * @throws KitenError `update/inclusion-malformed` for what {@link parseInclusion} wouldn’t read.
 */
export function encodeInclusion({ leaf, index, path, checkpoint, consistency }: LogInclusion): string {
  const text = JSON.stringify({
    leaf: toBase64(leaf),
    proof: { index, path: path.map(toBase64) },
    checkpoint,
    ...(consistency !== undefined && { consistency: consistency.map(toBase64) }),
  });
  parseInclusion(encodeUtf8(text));
  return text;
}

/**
 * Takes what {@link encodeInclusion} wrote apart. Nothing in it is verified.
 *
 * @throws KitenError `update/inclusion-malformed`.
 */
export function parseInclusion(bytes: Uint8Array): LogInclusion {
  if (bytes.length > maxBytes) throw malformed(`is longer than ${maxBytes} octets`);
  const { leaf, proof, checkpoint, consistency } = membersOf(
    parsed(bytes),
    ['leaf', 'proof', 'checkpoint'],
    ['consistency'],
  );
  const { index, path } = membersOf(proof, ['index', 'path']);
  if (typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0)
    throw malformed('has no index of the entry');
  if (typeof checkpoint !== 'string') throw malformed('has no checkpoint');
  return {
    leaf: octets(leaf, 1, maxEntryBytes, 'entry'),
    index,
    path: hashes(path),
    checkpoint,
    ...(consistency !== undefined && { consistency: hashes(consistency) }),
  };
}

/**
 * The same from an entry and its proof in the format of C2SP tlog-proof, as `kiten log prove` writes them.
 *
 * @throws KitenError `ledger/proof-malformed`, `ledger/note-malformed`, `ledger/checkpoint-malformed`.
 */
export function inclusionOf(leaf: Uint8Array, tlogProof: Uint8Array): LogInclusion {
  const { index, path, checkpoint } = parseTlogProof(tlogProof);
  return { leaf, index, path, checkpoint };
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return parseJsonStrict(decodeUtf8(bytes), { maxBytes, maxDepth: 4 });
  } catch (cause) {
    throw malformed('is no JSON text', cause);
  }
}

function membersOf(
  value: unknown,
  needed: readonly string[],
  optional: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('is no object');
  const names = Object.keys(value);
  const stray = names.find((name) => !needed.includes(name) && !optional.includes(name));
  if (stray !== undefined) throw malformed(`has a member that nobody knows, ${stray.slice(0, 40)}`);
  const missing = needed.find((name) => !names.includes(name));
  if (missing !== undefined) throw malformed(`has no member ${missing}`);
  return { ...value };
}

function hashes(value: unknown): readonly Uint8Array[] {
  if (!Array.isArray(value) || value.length > maxHashes) throw malformed('has no list of hashes');
  return value.map((entry) => octets(entry, hashBytes, hashBytes, 'hash'));
}

function octets(value: unknown, least: number, most: number, what: string): Uint8Array {
  if (typeof value !== 'string') throw malformed(`has no ${what} where one should be`);
  let bytes: Uint8Array;
  try {
    bytes = fromBase64(value);
  } catch (cause) {
    throw malformed(`has a ${what} that is not in base64`, cause);
  }
  if (bytes.length >= least && bytes.length <= most) return bytes;
  throw malformed(`has a ${what} of ${bytes.length} octets`);
}

function malformed(what: string, cause?: unknown): KitenError {
  return new KitenError('update/inclusion-malformed', `The proof of inclusion ${what}.`, { cause });
}
