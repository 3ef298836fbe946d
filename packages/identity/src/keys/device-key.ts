import { KitenError, type PublicKeyAlgorithm, publicKeyAlgorithm } from '@kiten/codec';
import { importPublicKey } from './verify.ts';

/** What a device whose key was refused is told. */
export const certifiedKeys = 'Use P-256, P-384, Ed25519, or RSA from 2048 bits.';

const largestRsaModulus = 8192;

/**
 * Checks that a device's public key is one that a site certifies: P-256, P-384, Ed25519, or RSA from 2048 to 8192
 * bits with an exponent from 65537. Codec takes each key in one encoding only (a compressed point is none): the
 * register finds the reuse of a key by the digest of its SubjectPublicKeyInfo, which a second form would escape.
 *
 * @throws KitenError `identity/key-unsupported`, `identity/key-weak`
 */
export function checkDeviceKey(publicKey: Uint8Array): void {
  const algorithm = readAlgorithm(publicKey);
  if (!isCertified(algorithm)) {
    throw new KitenError(
      'identity/key-unsupported',
      `Keys of this kind are not certified here. ${certifiedKeys}`,
      {
        detail: { ...algorithm },
      },
    );
  }
  const key = importPublicKey(publicKey);
  if (key === undefined) {
    throw new KitenError(
      'identity/key-unsupported',
      `The key is not on its curve or is damaged. ${certifiedKeys}`,
    );
  }
  if (algorithm.kind === 'rsa' && (key.asymmetricKeyDetails?.publicExponent ?? 0n) < 65_537n) {
    throw new KitenError(
      'identity/key-weak',
      `The exponent of an RSA key is at least 65537. ${certifiedKeys}`,
    );
  }
}

function isCertified(algorithm: PublicKeyAlgorithm): boolean {
  switch (algorithm.kind) {
    case 'ec':
      return algorithm.curve === 'P-256' || algorithm.curve === 'P-384';
    case 'rsa':
      return algorithm.bits <= largestRsaModulus && algorithm.padding === undefined;
    default:
      return algorithm.kind === 'ed25519';
  }
}

/** The same refusals whether codec meets the key on its own or in the request that it parses. */
function readAlgorithm(publicKey: Uint8Array): PublicKeyAlgorithm {
  try {
    return publicKeyAlgorithm(publicKey);
  } catch (cause) {
    if (!(cause instanceof KitenError)) throw cause;
    throw (
      keyRefusal(cause) ??
      new KitenError('identity/key-unsupported', `${cause.message} ${certifiedKeys}`, { cause })
    );
  }
}

/** Codec's refusal of a key in identity's words, or undefined if it refused something else. */
export function keyRefusal(cause: KitenError): KitenError | undefined {
  const [, problem] =
    /^codec\/x509-(rsa-too-short|rsa-key|public-key-[a-z]+|ec-point-form)$/.exec(cause.code) ?? [];
  if (problem === undefined) return undefined;
  const code = problem === 'rsa-too-short' ? 'identity/key-weak' : 'identity/key-unsupported';
  return new KitenError(code, `${cause.message} ${certifiedKeys}`, { cause });
}
