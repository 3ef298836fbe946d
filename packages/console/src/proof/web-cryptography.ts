import type { Cryptography } from '@kiten/checker';

/** What WebCrypto calls the algorithms of the checker that every browser has. */
const algorithms: Readonly<
  Record<
    string,
    Algorithm | (EcKeyImportParams & EcdsaParams) | (RsaHashedImportParams & { saltLength?: number })
  >
> = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  ES384: { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  ES512: { name: 'ECDSA', namedCurve: 'P-521', hash: 'SHA-512' },
  EdDSA: { name: 'Ed25519' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  RS384: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-384' },
  RS512: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 },
  PS384: { name: 'RSA-PSS', hash: 'SHA-384', saltLength: 48 },
  PS512: { name: 'RSA-PSS', hash: 'SHA-512', saltLength: 64 },
};

/** Cryptography in the browser, its own where it has it: what is checked here is checked without the site. */
export const webCryptography: Cryptography = {
  sha256,
  async verify(name, spki, data, signature) {
    if (name.startsWith('ML-DSA-')) {
      // Few browsers have it, and few bundles need it: it is loaded by those that do.
      const { verifyModuleLattice } = await import('./module-lattice.ts');
      return verifyModuleLattice(name, spki, data, signature);
    }
    const algorithm = algorithms[name];
    if (algorithm === undefined) throw new Error(`this browser has no ${name}`);
    const key = await crypto.subtle.importKey('spki', owned(spki), algorithm, false, ['verify']);
    return crypto.subtle.verify(algorithm, key, owned(signature), owned(data));
  },
};

export async function sha256(data: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', owned(data)));
}

/** WebCrypto takes no view on memory that might be shared. */
const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
