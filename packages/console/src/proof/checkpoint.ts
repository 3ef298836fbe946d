import type { VerifierKey } from '@kiten/checker';
import { concatBytes, encodeUtf8, equalBytes, fromBase64, fromHex } from '@kiten/codec';
import { webCryptography } from './web-cryptography.ts';

/** A signed note of a log (C2SP signed-note, tlog-checkpoint), taken apart. Nothing in it is true yet. */
export interface Checkpoint {
  readonly text: string;
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** When the log signed it, in milliseconds since the Unix epoch, where it says so. */
  readonly time?: number;
  readonly signatures: readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/** undefined for what is no checkpoint. */
export function readCheckpoint(note: string): Checkpoint | undefined {
  const end = note.lastIndexOf('\n\n');
  const text = note.slice(0, end + 1);
  const [origin = '', size = '', root = ''] = text.split('\n');
  const lines = [...note.slice(end + 2).matchAll(/^— (\S+) (\S+)$/gm)];
  if (end < 0 || origin === '' || !/^(0|[1-9]\d{0,15})$/.test(size) || lines.length === 0) return undefined;
  try {
    const time = /^kiten\.time (\d{1,16})$/m.exec(text)?.[1];
    return {
      ...{ text, origin, size: Number(size), root: fromBase64(root) },
      ...(time === undefined ? {} : { time: Number(time) }),
      signatures: lines.map(([, name = '', base64 = '']) => ({ name, bytes: fromBase64(base64) })),
    };
  } catch {
    return undefined;
  }
}

/** What became of a signature line: made by a key that is believed, by one that is not, or by nobody. */
export type SignatureOutcome = 'holds' | 'fails' | 'unknown-key' | 'not-checked';

export interface JudgedSignature {
  readonly name: string;
  readonly outcome: SignatureOutcome;
  /** When a witness cosigned, in milliseconds since the Unix epoch. */
  readonly cosignedAt?: number;
}

// RFC 8410 §4 and RFC 9881 §4: a SubjectPublicKeyInfo is this, and then the key.
const ed25519 = fromHex('302a300506032b6570032100');
const mlDsa44 = fromHex('30820532300b06096086480165030403110382052100');
const LOG = 0x01;
const WITNESS = 0x04;
const LATTICE_WITNESS = 0x06;

/** Checks every line here: the log's own, and the cosignatures of witnesses (C2SP tlog-cosignature). */
export function judgeSignatures(
  checkpoint: Checkpoint,
  keys: readonly VerifierKey[],
): Promise<readonly JudgedSignature[]> {
  return Promise.all(checkpoint.signatures.map((line) => judge(checkpoint, line, keys)));
}

async function judge(
  checkpoint: Checkpoint,
  { name, bytes }: Checkpoint['signatures'][number],
  keys: readonly VerifierKey[],
): Promise<JudgedSignature> {
  const key = keys.find((one) => one.name === name && equalBytes(one.id, bytes.subarray(0, 4)));
  if (key === undefined) return { name, outcome: 'unknown-key' };
  const rest = bytes.subarray(4);
  if (key.type === LOG) return { name, outcome: await holds(key, encodeUtf8(checkpoint.text), rest) };
  if (rest.length < 8) return { name, outcome: 'fails' };
  const seconds = new DataView(rest.buffer, rest.byteOffset).getBigUint64(0);
  const signed = cosigned(checkpoint, key, seconds);
  if (signed === undefined) return { name, outcome: 'not-checked' };
  // Zero is no time: such a witness vouches for consistency alone.
  const cosignedAt = seconds === 0n ? {} : { cosignedAt: Number(seconds) * 1000 };
  return { name, outcome: await holds(key, signed, rest.subarray(8)), ...cosignedAt };
}

/** What a witness signs. Undefined for a kind that is not known here, and names that its form has no room for. */
function cosigned(
  { text, origin, size, root }: Checkpoint,
  { name, type }: VerifierKey,
  seconds: bigint,
): Uint8Array | undefined {
  if (type === WITNESS) return encodeUtf8(`cosignature/v1\ntime ${seconds}\n${text}`);
  const [cosigner, log] = [encodeUtf8(name), encodeUtf8(origin)];
  if (type !== LATTICE_WITNESS || cosigner.length > 255 || log.length > 255) return undefined;
  const range = new Uint8Array(24);
  const view = new DataView(range.buffer);
  view.setBigUint64(0, seconds);
  view.setBigUint64(16, BigInt(size));
  const [time, fromZero] = [range.subarray(0, 8), range.subarray(8)];
  const named = [Uint8Array.of(cosigner.length), cosigner, time, Uint8Array.of(log.length), log];
  return concatBytes(encodeUtf8('subtree/v1\n\0'), ...named, fromZero, root);
}

async function holds({ key, type }: VerifierKey, text: Uint8Array, signature: Uint8Array) {
  const isLattice = type === LATTICE_WITNESS;
  const spki = concatBytes(isLattice ? mlDsa44 : ed25519, key);
  const isSigned = await webCryptography.verify(isLattice ? 'ML-DSA-44' : 'EdDSA', spki, text, signature);
  return isSigned ? ('holds' as const) : ('fails' as const);
}
