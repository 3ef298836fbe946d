import {
  algorithmOf,
  ecdsaDerToRaw,
  fromHex,
  KitenError,
  publicKeyFits,
  toHex,
  type Verify,
} from '@kiten/codec';
import type { MetadataSignature, RoleKeys, Signed, TufKey, TufKeys } from './model.ts';

/** Signatures, and what they are over. */
export type WhatIsSigned = Pick<Signed, 'signatures' | 'signedBytes' | 'otherBytes'>;

/**
 * Refuses metadata unless enough keys of a role signed it (TUF §5.3.4). What counts is distinct keys: one key under two
 * key ids, or under two schemes, counts once. Signatures of others are left aside.
 *
 * @throws KitenError `update/unsigned` when no key of the role signed it, `update/threshold` when too few did,
 * `update/key-counted-twice` when it would be enough if one key, or one signature, counted twice.
 */
export function verifyThreshold(
  signed: WhatIsSigned,
  role: { readonly name: string; readonly keys: TufKeys } & RoleKeys,
  verify: Verify,
): void {
  const signers = signersAmong(signed, role, verify, role.threshold);
  if (signers.size >= role.threshold) return;
  const detail = { role: role.name, threshold: role.threshold, signers: signers.size };
  if (signers.size === 0) {
    throw new KitenError('update/unsigned', `No key of the role ${role.name} signed its metadata.`, {
      detail,
    });
  }
  if (countsTwice(signed, role, verify)) {
    throw new KitenError(
      'update/key-counted-twice',
      `The metadata of ${role.name} wants the signatures of ${role.threshold} keys, and one key would have to count twice.`,
      { detail },
    );
  }
  throw new KitenError(
    'update/threshold',
    `The metadata of ${role.name} wants the signatures of ${role.threshold} keys and has those of ${signers.size}.`,
    { detail },
  );
}

/** Whether a key signs under several ids, or one signature stands under several. */
function countsTwice(
  signed: WhatIsSigned,
  { keys, keyIds }: { readonly keys: TufKeys; readonly keyIds: readonly string[] },
  verify: Verify,
): boolean {
  const wanted = signed.signatures.filter(({ keyId }) => keyIds.includes(keyId));
  if (new Set(wanted.map(({ signature }) => signature.toLowerCase())).size < wanted.length) return true;
  const identities = wanted
    .map((each) => ({ material: keys.get(each.keyId)?.material, each }))
    .filter(({ material, each }) => material && isBy(material, signed, each, verify))
    .map(({ material }) => toHex(material!.publicKey));
  return new Set(identities).size < identities.length;
}

/**
 * Whose signatures hold, of the keys with these ids: the keys themselves in hexadecimal, each once; of one its id.
 *
 * @param enough how many are looked for at most.
 */
export function signersAmong(
  signed: WhatIsSigned,
  { keys, keyIds }: { readonly keys: TufKeys; readonly keyIds: readonly string[] },
  verify: Verify,
  enough = Number.POSITIVE_INFINITY,
): ReadonlySet<string> {
  const wanted = new Set(keyIds);
  const signers = new Set<string>();
  for (const signature of signed.signatures) {
    if (signers.size >= enough) break;
    const key = wanted.has(signature.keyId) ? keys.get(signature.keyId) : undefined;
    if (key?.material === undefined) continue;
    // Of one alone nobody counts twice.
    const identity = enough === 1 ? key.keyId : toHex(key.material.publicKey);
    if (signers.has(identity) || !isBy(key.material, signed, signature, verify)) continue;
    signers.add(identity);
  }
  return signers;
}

function isBy(
  material: Material,
  { signedBytes, otherBytes }: WhatIsSigned,
  { signature, algorithm = material.algorithm }: MetadataSignature,
  verify: Verify,
): boolean {
  const { publicKey } = material;
  if (algorithm !== material.algorithm && !publicKeyFits(algorithm, publicKey)) return false;
  if (holdsFor({ algorithm, publicKey }, signedBytes, signature, verify)) return true;
  return otherBytes !== undefined && holdsFor({ algorithm, publicKey }, otherBytes, signature, verify);
}

type Material = NonNullable<TufKey['material']>;

/** Whether a signature, in hexadecimal, is one by this key. */
export function holdsFor(
  { algorithm, publicKey }: Material,
  signedBytes: Uint8Array,
  signature: string,
  verify: Verify,
): boolean {
  try {
    const bytes = fromHex(signature);
    const { coordinateBytes } = algorithmOf(algorithm);
    const raw = coordinateBytes === undefined ? bytes : ecdsaDerToRaw(bytes, coordinateBytes);
    return verify(algorithm, publicKey, signedBytes, raw);
  } catch (error) {
    // A signature that can't be read is one that doesn't hold; holders who have yet to sign leave an empty one.
    if (error instanceof KitenError) return false;
    throw error;
  }
}
