import { createHash, createPublicKey, type KeyObject, sign } from 'node:crypto';

/** An image made by hand, right or wrong, to be held against what MCUboot's documents say. */
export interface ImageFields {
  readonly body?: Uint8Array;
  readonly flags?: number;
  readonly version?: readonly [number, number, number, number];
  readonly protectedTlvs?: readonly [number, Uint8Array][];
  readonly key?: KeyObject;
  readonly hash?: 'sha256' | 'sha384' | 'sha512';
  readonly pure?: boolean;
  /** Behind those of the hash, the key and the signature. */
  readonly more?: readonly [number, Uint8Array][];
  readonly keyHash?: Uint8Array;
}

const hashTypes = { sha256: 0x10, sha384: 0x11, sha512: 0x12 };

export function buildImage(fields: ImageFields = {}): Uint8Array {
  const {
    body = Buffer.alloc(100, 7),
    flags = 0,
    version = [1, 2, 3, 4],
    hash = 'sha256',
    protectedTlvs = [],
  } = fields;
  const protectedArea = protectedTlvs.length === 0 ? Buffer.alloc(0) : area(0x6908, protectedTlvs);
  const header = Buffer.alloc(32);
  header.writeUInt32LE(0x96f3b83d, 0);
  header.writeUInt16LE(32, 8);
  header.writeUInt16LE(protectedArea.length, 10);
  header.writeUInt32LE(body.length, 12);
  header.writeUInt32LE(flags, 16);
  header.writeUInt8(version[0], 20);
  header.writeUInt8(version[1], 21);
  header.writeUInt16LE(version[2], 22);
  header.writeUInt32LE(version[3], 24);
  const hashed = Buffer.concat([header, body, protectedArea]);
  const tlvs: [number, Uint8Array][] = [[hashTypes[hash], createHash(hash).update(hashed).digest()]];
  if (fields.key !== undefined) tlvs.push(...signature(fields.key, hashed, fields));
  return new Uint8Array(Buffer.concat([hashed, area(0x6907, [...tlvs, ...(fields.more ?? [])])]));
}

/** One area of TLVs with its head. */
export function area(magic: number, tlvs: readonly [number, Uint8Array][]): Buffer {
  const pieces = tlvs.flatMap(([type, value]) => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(type, 0);
    head.writeUInt16LE(value.length, 2);
    return [head, value];
  });
  const info = Buffer.alloc(4);
  info.writeUInt16LE(magic, 0);
  info.writeUInt16LE(4 + pieces.reduce((sum, { length }) => sum + length, 0), 2);
  return Buffer.concat([info, ...pieces]);
}

function signature(
  key: KeyObject,
  hashed: Buffer,
  { hash = 'sha256', pure = false, keyHash }: ImageFields,
): [number, Uint8Array][] {
  const publicKey = createPublicKey(key);
  const kind = key.asymmetricKeyType;
  const form = publicKey.export({ type: kind === 'rsa' ? 'pkcs1' : 'spki', format: 'der' });
  const own: [number, Uint8Array] = [0x01, keyHash ?? createHash(hash).update(form).digest()];
  if (kind === 'rsa') {
    const type = key.asymmetricKeyDetails?.modulusLength === 2048 ? 0x20 : 0x23;
    return [own, [type, sign('sha256', hashed, { key, padding: 6, saltLength: 32 })]];
  }
  if (kind === 'ec') return [own, [0x22, sign(hash, hashed, key)]];
  const message = pure ? hashed : createHash(hash).update(hashed).digest();
  return [
    own,
    ...(pure ? [[0x25, Uint8Array.of(1)] as [number, Uint8Array]] : []),
    [0x24, sign(null, message, key)],
  ];
}
