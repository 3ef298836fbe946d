import {
  constants,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto';
import {
  type AlgorithmName,
  algorithmOf,
  KitenError,
  type Mac,
  type Signer,
  type Verify,
} from '@kiten/codec';

const hashOf = (algorithm: AlgorithmName): string | null =>
  algorithmOf(algorithm).hash?.replace('-', '') ?? null;

export const verify: Verify = (algorithm, publicKey, data, signature) =>
  nodeVerify(
    hashOf(algorithm),
    data,
    {
      key: createPublicKey({ key: Buffer.from(publicKey), type: 'spki', format: 'der' }),
      dsaEncoding: 'ieee-p1363',
    },
    signature,
  );

/** As MCUboot signs: RSA with PSS. */
export const mcubootVerify: Verify = (algorithm, publicKey, data, signature) => {
  if (algorithmOf(algorithm).kind !== 'rsa') return verify(algorithm, publicKey, data, signature);
  const key = createPublicKey({ key: Buffer.from(publicKey), type: 'spki', format: 'der' });
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return nodeVerify(hashOf(algorithm), data, { key, padding, saltLength: 32 }, signature);
};

export const mac: Mac = (algorithm, key, data) =>
  new Uint8Array(createHmac(algorithm.replace('HS', 'sha'), key).update(data).digest());

export function signerOf(algorithm: AlgorithmName, privateKey: KeyObject): Signer {
  return {
    algorithm,
    publicKey: new Uint8Array(createPublicKey(privateKey).export({ type: 'spki', format: 'der' })),
    sign: (data) =>
      new Uint8Array(nodeSign(hashOf(algorithm), data, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  };
}

const makers: Partial<Record<AlgorithmName, () => KeyObject>> = {
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey,
  EdDSA: () => generateKeyPairSync('ed25519').privateKey,
  'ML-DSA-44': () => generateKeyPairSync('ml-dsa-44').privateKey,
  'ML-DSA-65': () => generateKeyPairSync('ml-dsa-65').privateKey,
};

/** A new key that signs with the algorithm. */
export const freshSigner = (algorithm: AlgorithmName): Signer => signerOf(algorithm, makers[algorithm]!());

/** The code of the KitenError that `act` throws; anything else fails the test. */
export function codeOf(act: () => unknown): string {
  let result: unknown;
  try {
    result = act();
  } catch (error) {
    if (error instanceof KitenError) return error.code;
    throw error;
  }
  throw new Error(`Nothing was refused: the result is ${String(result)}.`);
}

/** As {@link codeOf}, for what comes later. */
export async function asyncCodeOf(act: () => Promise<unknown>): Promise<string> {
  const settled = await act().then(
    (result) => () => result,
    (error: unknown) => () => {
      throw error;
    },
  );
  return codeOf(settled);
}

/** All octets that come in pieces. */
export async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return new Uint8Array(Buffer.concat(all));
}
