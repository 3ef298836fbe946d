import {
  type AlgorithmName,
  decodePem,
  fromHex,
  KitenError,
  publicKeyAlgorithm,
  publicKeyFits,
} from '@kiten/codec';
import { malformed } from './fields.ts';
import type { TufKey } from './model.ts';

/** The DER of a SubjectPublicKeyInfo of Ed25519 (RFC 8410 §4) before the 32 octets of the key. */
export const ed25519Prefix = '302a300506032b6570032100';

/** The DER before an uncompressed point (RFC 5480 §2), by the algorithm of its curve. */
const prefixes: Partial<Record<AlgorithmName, string>> = {
  EdDSA: ed25519Prefix,
  ES256: '3059301306072a8648ce3d020106082a8648ce3d030107034200',
  ES384: '3076301006072a8648ce3d020106052b81040022036200',
  ES512: '30819b301006072a8648ce3d020106052b8104002303818600',
};

/** The schemes of TUF §4.2.2, and those that its reference implementation adds to them, by kind of key. */
const schemes: Readonly<Record<string, Readonly<Record<string, AlgorithmName>>>> = {
  ed25519: { ed25519: 'EdDSA' },
  ecdsa: {
    'ecdsa-sha2-nistp256': 'ES256',
    'ecdsa-sha2-nistp384': 'ES384',
    'ecdsa-sha2-nistp521': 'ES512',
  },
  'ecdsa-sha2-nistp256': { 'ecdsa-sha2-nistp256': 'ES256' },
  'ecdsa-sha2-nistp384': { 'ecdsa-sha2-nistp384': 'ES384' },
  rsa: {
    'rsassa-pss-sha256': 'PS256',
    'rsassa-pss-sha384': 'PS384',
    'rsassa-pss-sha512': 'PS512',
    'rsa-pkcs1v15-sha256': 'RS256',
    'rsa-pkcs1v15-sha384': 'RS384',
    'rsa-pkcs1v15-sha512': 'RS512',
  },
};

/** What a key verifies with, or nothing when its kind, its scheme or the key itself isn't one that is known here. */
export function materialOf(keyType: string, scheme: string, value: unknown): TufKey['material'] {
  if (typeof value !== 'string') throw malformed('keyval.public', 'is a string');
  const byScheme = Object.hasOwn(schemes, keyType) ? schemes[keyType] : undefined;
  const algorithm = byScheme && Object.hasOwn(byScheme, scheme) ? byScheme[scheme] : undefined;
  if (algorithm === undefined) return undefined;
  const publicKey = asNoKey(() =>
    value.includes('-----BEGIN') ? fromPem(value) : fromHexOf(algorithm, value),
  );
  if (publicKey === undefined || !publicKeyFits(algorithm, publicKey)) return undefined;
  return { algorithm, publicKey };
}

/** What can't be read is a key that verifies nothing: whoever delegated to it must not spoil all else with it. */
function asNoKey(read: () => Uint8Array): Uint8Array | undefined {
  try {
    const publicKey = read();
    publicKeyAlgorithm(publicKey);
    return publicKey;
  } catch (error) {
    if (error instanceof KitenError) return undefined;
    throw error;
  }
}

/** Ed25519 is written so by everybody, and points of curves were by go-tuf. */
function fromHexOf(algorithm: AlgorithmName, hex: string): Uint8Array {
  return fromHex(`${prefixes[algorithm] ?? ''}${hex}`);
}

function fromPem(pem: string): Uint8Array {
  const [block, ...others] = decodePem(pem);
  if (block?.label === 'PUBLIC KEY' && others.length === 0) return block.der;
  throw malformed('keyval.public', 'is a public key in PEM');
}
