import { createHash } from 'node:crypto';
import { equalBytes, KitenError } from '@kiten/codec';
import { hashBytes, sha256Into } from '../tree/hashing.ts';

/** Bytes of a salt. */
export const saltBytes = 32;

const contentAt = 1 + saltBytes;
/** Larger contents aren't copied to be hashed at once. */
const shortBytes = 4096;
// In front of leaves stands 0x00, of nodes 0x01 (RFC 9162 §2.1.1): no input of one kind is one of another.
const prefix = 0x02;
const shortInput = Buffer.alloc(contentAt + shortBytes, prefix);

/**
 * The digest under which a content may be logged: SHA-256(0x02 ‖ salt ‖ content), 32 bytes. Without the salt, 32
 * random bytes used for this content only, nobody can tell whether a guess at the content is right; with it, nobody
 * can show another content. It is no MAC.
 *
 * @throws KitenError `ledger/salt-unsuitable` for a salt of another length.
 */
export function saltedDigest(salt: Uint8Array, content: Uint8Array): Uint8Array {
  const digest = Buffer.alloc(hashBytes);
  saltedDigestInto(salt, content, digest, 0);
  return new Uint8Array(digest);
}

/** Writes the salted digest to `target` at `at`. */
export function saltedDigestInto(salt: Uint8Array, content: Uint8Array, target: Buffer, at: number): void {
  if (salt.length !== saltBytes) {
    throw new KitenError('ledger/salt-unsuitable', `A salt has ${saltBytes} bytes, this one ${salt.length}.`);
  }
  if (content.length > shortBytes) {
    createHash('sha256').update(Buffer.of(prefix)).update(salt).update(content).digest().copy(target, at);
    return;
  }
  shortInput.set(salt, 1);
  shortInput.set(content, contentAt);
  sha256Into(shortInput.subarray(0, contentAt + content.length), target, at);
}

/** Whether `salt` and `content` are what `digest` was made of. */
export function verifyPayload(digest: Uint8Array, salt: Uint8Array, content: Uint8Array): boolean {
  return salt.length === saltBytes && equalBytes(saltedDigest(salt, content), digest);
}
