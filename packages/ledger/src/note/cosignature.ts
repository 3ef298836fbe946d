import { concatBytes, encodeUtf8, KitenError, type Signer } from '@kiten/codec';
import { verifySignature } from '../verify-signature.ts';
import type { Checkpoint } from './checkpoint.ts';
import { signatureType } from './signature-kind.ts';
import { type NoteSignature, signaturesOf } from './signed-note.ts';
import { type VerifierKey, verifierKey } from './verifier-key.ts';

/** Who cosigns: a name, and an Ed25519 or ML-DSA-44 key that signs for nobody else (C2SP tlog-cosignature). */
export interface Cosigner {
  readonly name: string;
  readonly signer: Signer;
}

/** A cosignature that holds. */
export interface Cosignature {
  readonly key: VerifierKey;
  /**
   * Seconds since the Unix epoch, up to 2^63 − 1. Zero, with ML-DSA-44, says only that the tree is consistent with
   * what else was seen, and not that it was the largest at a time.
   */
  readonly timestamp: bigint;
}

const subtreeLabel = encodeUtf8('subtree/v1\n\0');
const timestampBytes = 8;
const maxTimestamp = 2n ** 63n - 1n;
const maxOpaqueBytes = 255;

/**
 * The key that a cosigner's signatures verify under.
 *
 * @throws KitenError `ledger/key-unsuitable` for a name or a kind of key that cannot cosign.
 */
export function cosignerKey({ name, signer }: Cosigner): VerifierKey {
  const kind = signer.algorithm === 'ML-DSA-44' ? 'ml-dsa-44-cosignature' : 'ed25519-cosignature';
  return verifierKey(name, kind, signer.publicKey);
}

/**
 * The signature line of a cosigner on a checkpoint: its statement that at `timestamp` this was the largest tree of
 * the log that it had seen, and that it extends every smaller one. Whoever calls has made sure of that.
 *
 * @param timestamp Seconds since the Unix epoch, not zero.
 * @throws KitenError `ledger/key-unsuitable`; `ledger/cosignature-unsuitable` for a time that is none, or with
 * ML-DSA-44 an origin longer than 255 bytes.
 */
export function cosign(checkpoint: Checkpoint, cosigner: Cosigner, timestamp: bigint): NoteSignature {
  const key = cosignerKey(cosigner);
  if (timestamp <= 0n || timestamp > maxTimestamp) {
    throw unsuitable('The time of a cosignature is in seconds after 1970.');
  }
  const message = cosignedMessage(checkpoint, key, timestamp);
  if (message === undefined) throw unsuitable('ML-DSA-44 cosigns logs with an origin of at most 255 bytes.');
  const signature = concatBytes(unsigned64(timestamp), cosigner.signer.sign(message));
  return { name: key.name, keyId: key.keyId, signature };
}

/**
 * The cosignature of a key on a checkpoint, the latest if there are several; nothing if there is none. Lines of
 * other keys are ignored (C2SP signed-note, "Signatures").
 *
 * @throws KitenError `ledger/cosignature-forged` when a line under the key's name and id does not hold;
 * `ledger/key-unsuitable` for a key that signs without a time.
 */
export function verifyCosignature(checkpoint: Checkpoint, key: VerifierKey): Cosignature | undefined {
  if (key.kind === 'ed25519') {
    throw new KitenError('ledger/key-unsuitable', 'This key signs notes and does not cosign.');
  }
  let latest: bigint | undefined;
  for (const line of signaturesOf(checkpoint.note, key)) {
    const timestamp = cosignedAt(checkpoint, key, line);
    if (timestamp === undefined) {
      const detail = { name: key.name };
      throw new KitenError('ledger/cosignature-forged', `A cosignature of ${key.name} does not hold.`, {
        detail,
      });
    }
    if (latest === undefined || timestamp > latest) latest = timestamp;
  }
  return latest === undefined ? undefined : { key, timestamp: latest };
}

/** The time in a line of the key, or nothing if the line does not hold. */
export function cosignedAt(
  checkpoint: Checkpoint,
  key: VerifierKey,
  { signature }: NoteSignature,
): bigint | undefined {
  if (signature.length <= timestampBytes) return undefined;
  const timestamp = Buffer.from(signature.subarray(0, timestampBytes)).readBigUInt64BE();
  if (timestamp > maxTimestamp) return undefined;
  const message = cosignedMessage(checkpoint, key, timestamp);
  if (message === undefined) return undefined;
  const { algorithm } = signatureType(key.kind);
  const holds = verifySignature(algorithm, key.publicKey, message, signature.subarray(timestampBytes));
  return holds ? timestamp : undefined;
}

/** What is signed (C2SP tlog-cosignature), or nothing if the format cannot express it. */
function cosignedMessage(
  checkpoint: Checkpoint,
  key: VerifierKey,
  timestamp: bigint,
): Uint8Array | undefined {
  if (key.kind === 'ed25519-cosignature') {
    return encodeUtf8(`cosignature/v1\ntime ${timestamp}\n${checkpoint.note.text}`);
  }
  const [name, origin] = [opaque(key.name), opaque(checkpoint.origin)];
  if (name === undefined || origin === undefined) return undefined;
  const [start, end] = [unsigned64(0n), unsigned64(BigInt(checkpoint.size))];
  return concatBytes(subtreeLabel, name, unsigned64(timestamp), origin, start, end, checkpoint.root);
}

/** `opaque<1..2^8-1>` of RFC 8446 §3.4. */
function opaque(text: string): Uint8Array | undefined {
  const bytes = encodeUtf8(text);
  return bytes.length > maxOpaqueBytes ? undefined : concatBytes(Uint8Array.of(bytes.length), bytes);
}

function unsigned64(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

function unsuitable(message: string): KitenError {
  return new KitenError('ledger/cosignature-unsuitable', message);
}
