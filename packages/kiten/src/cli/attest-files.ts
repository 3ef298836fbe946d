import { createPublicKey, type JsonWebKey } from 'node:crypto';
import {
  decodeCorim,
  isSignedCorim,
  keyOfPublicKey,
  type PcrBanks,
  type ReferenceImage,
  readTpmKey,
  type TpmKey,
  verifyCorim,
} from '@kiten/attestation';
import { decodePem, decodeUtf8, fromHex, KitenError, parseCertificate, parseJsonStrict } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import { tpmHashOf } from '@kiten/wire';
import { InvalidArgumentError } from 'commander';
import { readBytes } from './files.ts';

/** What tpm2-tools call banks and the console shows them as: `{ sha256: { 0: hexadecimal } }`. */
export function banksJson(banks: PcrBanks): Record<string, Record<number, string>> {
  return Object.fromEntries(
    [...banks].map(([id, values]) => [
      tpmHashOf(id)?.name ?? String(id),
      Object.fromEntries([...values].map(([pcr, value]) => [pcr, octetsHex(value)])),
    ]),
  );
}

/** Octets that are characters up to U+00FF, in hexadecimal. */
export const octetsHex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');

/** A nonce: an empty one would be answered by every quote. @throws InvalidArgumentError unless it is hexadecimal */
export function parseHex(text: string): Uint8Array {
  if (text === '') throw new InvalidArgumentError('An empty nonce is answered by every quote.');
  try {
    return fromHex(text);
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    throw new InvalidArgumentError('Write it in hexadecimal, two digits a byte.');
  }
}

/** @throws KitenError `kiten/file-unreadable`, `attestation/key-…`, `kiten/attest-files` */
export async function readKeyFile(file: string): Promise<TpmKey> {
  const bytes = await readBytes(file);
  const jwk = jwkIn(bytes);
  return jwk === undefined ? readTpmKey(bytes) : keyOfPublicKey(jwk);
}

/** The public key of a JWK (RFC 7517), or of a set of one, DER; undefined for what is no JSON. @throws KitenError `kiten/attest-files` */
function jwkIn(bytes: Buffer): Uint8Array | undefined {
  if (!/^\s*\{/.test(bytes.toString('latin1', 0, 64))) return undefined;
  try {
    const json = parseJsonStrict(decodeUtf8(bytes), { maxBytes: 65_536, maxDepth: 4 }) as JsonWebKeySet;
    const [key, another] = json.keys ?? [json];
    if (key !== undefined && another === undefined)
      return new Uint8Array(createPublicKey({ key, format: 'jwk' }).export({ format: 'der', type: 'spki' }));
  } catch (error) {
    // Node says in words of its own what is wrong with a key.
    if (!(error instanceof Error)) throw error;
  }
  throw new KitenError('kiten/attest-files', 'This is no JWK of one public key, and no set of one.');
}

interface JsonWebKeySet extends JsonWebKey {
  readonly keys?: readonly JsonWebKey[];
}

/**
 * A public key to verify with, DER: from a key or certificate in PEM or DER, or a JWK.
 *
 * @throws KitenError `kiten/file-unreadable`, `kiten/attest-files`, `codec/…`
 */
export async function readVerificationKey(file: string): Promise<Uint8Array> {
  const bytes = await readBytes(file);
  const jwk = jwkIn(bytes);
  if (jwk !== undefined) return jwk;
  const text = bytes.toString('latin1');
  const [block] = text.includes('-----BEGIN ') ? decodePem(text) : [];
  const der = block?.der ?? new Uint8Array(bytes);
  if (block?.label === 'PUBLIC KEY') return der;
  try {
    return parseCertificate(der).publicKey;
  } catch (error) {
    if (!(error instanceof KitenError) || block !== undefined) throw error;
    return der;
  }
}

/**
 * Reference values from CoRIM files: signed ones by the holder of a key that is given, others as they are.
 *
 * @throws KitenError `kiten/reference-key`, `attestation/corim-…`
 */
export async function readReferences(files: readonly string[], keyFile?: string): Promise<ReferenceImage[]> {
  const key = keyFile === undefined ? undefined : await readVerificationKey(keyFile);
  const images: ReferenceImage[] = [];
  for (const file of files) {
    const bytes = await readBytes(file);
    if (!isSignedCorim(bytes)) images.push(decodeCorim(bytes));
    else if (key !== undefined) images.push(verifyCorim(bytes, nodeVerify, key));
    else {
      throw new KitenError(
        'kiten/reference-key',
        `${file} is signed: say by whom it has to be with --reference-key.`,
      );
    }
  }
  // The same content is kept once.
  return [...new Map(images.map((image) => [image.id, image])).values()];
}
