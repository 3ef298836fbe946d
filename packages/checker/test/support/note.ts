import { type Key, sha256 } from './keys.ts';

/** Bytes of a SubjectPublicKeyInfo before the key itself: Ed25519 (RFC 8410) and ML-DSA-44 (RFC 9881). */
const rawKey = ({ algorithm, publicKey }: Key) => publicKey.subarray(algorithm === 'EdDSA' ? 12 : 22);
const text = (value: string) => Buffer.from(value, 'utf8');
const base64 = (...parts: readonly Uint8Array[]) => Buffer.concat(parts).toString('base64');

/** Who signs notes: a log (0x01), or a witness (0x04, or 0x06 with ML-DSA-44). */
export interface NoteSigner {
  readonly name: string;
  readonly type: 0x01 | 0x04 | 0x06;
  readonly key: Key;
}

export const keyIdOf = ({ name, type, key }: NoteSigner): Uint8Array =>
  sha256(text(name), Uint8Array.of(0x0a, type), rawKey(key)).subarray(0, 4);

/** `name+id+base64(type ‖ key)`. */
export const verifierKey = (signer: NoteSigner): string =>
  `${signer.name}+${Buffer.from(keyIdOf(signer)).toString('hex')}+${base64(Uint8Array.of(signer.type), rawKey(signer.key))}`;

export interface TreeHead {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** The text of a checkpoint. */
export const checkpointText = ({ origin, size, root }: TreeHead, ...extensions: readonly string[]): string =>
  [origin, size, base64(root), ...extensions].map((line) => `${line}\n`).join('');

/** One signature line; a witness's says when, in seconds. */
export function signatureLine(
  signer: NoteSigner,
  note: string,
  head: TreeHead,
  seconds = 1_790_000_000,
): string {
  const line = (signature: Uint8Array) => `— ${signer.name} ${base64(keyIdOf(signer), signature)}\n`;
  if (signer.type === 0x01) return line(signer.key.sign(text(note)));
  const timestamp = Buffer.alloc(8);
  timestamp.writeBigUInt64BE(BigInt(seconds));
  return line(Buffer.concat([timestamp, signer.key.sign(cosigned(signer, note, head, timestamp))]));
}

/** C2SP tlog-cosignature: what a witness signs. */
function cosigned({ name, type }: NoteSigner, note: string, head: TreeHead, timestamp: Buffer): Uint8Array {
  if (type === 0x04) return text(`cosignature/v1\ntime ${timestamp.readBigUInt64BE()}\n${note}`);
  const opaque = (value: string) => Buffer.concat([Buffer.of(text(value).length), text(value)]);
  const end = Buffer.alloc(8);
  end.writeBigUInt64BE(BigInt(head.size));
  const range = Buffer.concat([Buffer.alloc(8), end]);
  return Buffer.concat([
    text('subtree/v1\n\0'),
    opaque(name),
    timestamp,
    opaque(head.origin),
    range,
    head.root,
  ]);
}
