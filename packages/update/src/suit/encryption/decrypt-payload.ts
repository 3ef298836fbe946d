import { createDecipheriv, type DecipherGCM } from 'node:crypto';
import { encodeCbor } from '@kiten/codec';
import { refusal } from '../refusal.ts';
import { cipherName } from './content-algorithms.ts';
import { contentKey, type RecipientKeys } from './content-key.ts';
import { type EncryptionInfo, readEncryptionInfo } from './encryption-info.ts';

export type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const tagBytes = 16;
const nothing = new Uint8Array(0);

/**
 * Decrypts a payload piece by piece, in memory for one piece (draft-ietf-suit-firmware-encryption). What has come out
 * is not to be relied on before the end: AES-GCM says only there whether it is genuine, and the other modes never do,
 * so the digest of the image has to be checked in any case.
 *
 * @param octets SUIT_Encryption_Info.
 * @throws KitenError `update/suit-decryption-failed`, `update/suit-no-recipient`, `update/suit-key-unwrap-failed`,
 * `update/suit-encryption-unsupported`.
 */
export async function* decryptPayload(
  octets: Uint8Array,
  keys: RecipientKeys,
  pieces: Pieces,
): AsyncGenerator<Uint8Array> {
  const info = readEncryptionInfo(octets);
  const key = contentKey(info, keys);
  yield* info.algorithm.mode === 'gcm' ? authenticated(info, key, pieces) : plain(info, key, pieces);
}

/** Enc_structure (RFC 9052 §5.3) without external data. */
export const additionalData = (protectedOctets: Uint8Array): Uint8Array =>
  encodeCbor(['Encrypt', protectedOctets, nothing]);

async function* authenticated(info: EncryptionInfo, key: Uint8Array, pieces: Pieces) {
  const decipher = createDecipheriv(
    cipherName(info.algorithm),
    key,
    info.initializationVector,
  ) as DecipherGCM;
  decipher.setAAD(additionalData(info.protectedOctets));
  // The last octets are the tag, and which ones are the last is known only at the end.
  let held = Buffer.alloc(0);
  for await (const piece of pieces) {
    const all = Buffer.concat([held, piece]);
    const cut = Math.max(0, all.length - tagBytes);
    if (cut > 0) yield octetsOf(decipher.update(all.subarray(0, cut)));
    held = all.subarray(cut);
  }
  if (held.length < tagBytes) throw failed('is shorter than its tag');
  decipher.setAuthTag(held);
  yield* ending(() => decipher.final(), 'is not the one that was encrypted');
}

async function* plain(info: EncryptionInfo, key: Uint8Array, pieces: Pieces) {
  const decipher = createDecipheriv(cipherName(info.algorithm), key, info.initializationVector);
  for await (const piece of pieces) yield octetsOf(decipher.update(piece));
  yield* ending(() => decipher.final(), 'has no whole blocks or a wrong padding');
}

function* ending(final: () => Buffer, why: string) {
  let rest: Buffer;
  try {
    rest = final();
  } catch (cause) {
    throw failed(why, cause);
  }
  if (rest.length > 0) yield octetsOf(rest);
}

const octetsOf = (buffer: Buffer): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);

const failed = (why: string, cause?: unknown) =>
  refusal('update/suit-decryption-failed', `The encrypted payload ${why}.`, undefined, cause);
