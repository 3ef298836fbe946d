import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  hash,
  type KeyObject,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto';
import { type AlgorithmName, algorithmOf, type Signer, type Verify } from '../src/algorithms.ts';

export interface TestKey {
  readonly signer: Signer;
  readonly privateKey: KeyObject;
  /** PKCS #8, for programs that sign themselves. */
  readonly privatePem: string;
}

interface KeyPair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** A key, as Node makes it, that signs with the algorithm; another one than the last. */
export function testKey(algorithm: AlgorithmName): TestKey {
  const { privateKey, publicKey } = generate(algorithm);
  const signer: Signer = {
    algorithm,
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
    sign: (data) =>
      new Uint8Array(nodeSign(digestOf(algorithm), data, { key: privateKey, ...options(algorithm) })),
  };
  return { signer, privateKey, privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string };
}

/** Verifies with Node. */
export const verify: Verify = (algorithm, publicKey, data, signature) => {
  const key = createPublicKey({ key: Buffer.from(publicKey), type: 'spki', format: 'der' });
  return nodeVerify(digestOf(algorithm), data, { key, ...options(algorithm) }, signature);
};

export const sha256 = (data: Uint8Array): Uint8Array => new Uint8Array(hash('sha256', data, 'buffer'));

/** RSA keys take long to find: two take turns, so that the next key is always another one. */
const rsaKeys: (KeyPair | undefined)[] = [undefined, undefined];

function generate(algorithm: AlgorithmName): KeyPair {
  const curves: Partial<Record<AlgorithmName, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };
  const namedCurve = curves[algorithm];
  if (namedCurve !== undefined) return generateKeyPairSync('ec', { namedCurve });
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519');
  if (algorithm.startsWith('ML-DSA')) return generateKeyPairSync(algorithm.toLowerCase() as 'ml-dsa-44');
  rsaKeys.reverse();
  rsaKeys[0] ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
  return rsaKeys[0];
}

const digestOf = (algorithm: AlgorithmName): string | null =>
  algorithmOf(algorithm).hash?.replace('-', '') ?? null;

function options(algorithm: AlgorithmName) {
  const { kind } = algorithmOf(algorithm);
  if (kind === 'ecdsa') return { dsaEncoding: 'ieee-p1363' as const };
  if (!algorithm.startsWith('PS')) return {};
  return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
}
