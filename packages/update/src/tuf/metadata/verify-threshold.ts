import { algorithmOf, ecdsaDerToRaw, fromHex, KitenError, toHex, type Verify } from '@kiten/codec';
import type { RoleKeys, Signed, TufKey, TufKeys } from './model.ts';

/**
 * Refuses metadata unless enough keys of a role signed it (TUF §5.3.4). What counts is distinct keys: one key under two
 * key ids, or under two schemes, counts once. Signatures of others are left aside.
 *
 * @throws KitenError `update/unsigned` when no key of the role signed it, `update/threshold` when too few did,
 * `update/key-counted-twice` when it would be enough if one key, or one signature, counted twice.
 */
export function verifyThreshold(
  { signatures, signedBytes }: Pick<Signed, 'signatures' | 'signedBytes'>,
  role: { readonly name: string; readonly keys: TufKeys } & RoleKeys,
  verify: Verify,
): void {
  const signers = signersAmong({ signatures, signedBytes }, role, verify, role.threshold);
  if (signers.size >= role.threshold) return;
  const detail = { role: role.name, threshold: role.threshold, signers: signers.size };
  if (signers.size === 0) {
    throw new KitenError('update/unsigned', `No key of the role ${role.name} signed its metadata.`, {
      detail,
    });
  }
  if (countsTwice({ signatures, signedBytes }, role, verify)) {
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
  { signatures, signedBytes }: Pick<Signed, 'signatures' | 'signedBytes'>,
  { keys, keyIds }: { readonly keys: TufKeys; readonly keyIds: readonly string[] },
  verify: Verify,
): boolean {
  const wanted = signatures.filter(({ keyId }) => keyIds.includes(keyId));
  if (new Set(wanted.map(({ signature }) => signature.toLowerCase())).size < wanted.length) return true;
  const identities = wanted
    .map(({ keyId, signature }) => ({ material: keys.get(keyId)?.material, signature }))
    .filter(({ material, signature }) => material && holdsFor(material, signedBytes, signature, verify))
    .map(({ material }) => toHex(material!.publicKey));
  return new Set(identities).size < identities.length;
}

/**
 * Whose signatures hold, of the keys with these ids: the keys themselves in hexadecimal, each once.
 *
 * @param enough how many are looked for at most.
 */
export function signersAmong(
  { signatures, signedBytes }: Pick<Signed, 'signatures' | 'signedBytes'>,
  { keys, keyIds }: { readonly keys: TufKeys; readonly keyIds: readonly string[] },
  verify: Verify,
  enough = Number.POSITIVE_INFINITY,
): ReadonlySet<string> {
  const wanted = new Set(keyIds);
  const signers = new Set<string>();
  for (const { keyId, signature } of signatures) {
    if (signers.size >= enough) break;
    const key = wanted.has(keyId) ? keys.get(keyId) : undefined;
    if (key?.material === undefined) continue;
    const identity = toHex(key.material.publicKey);
    if (signers.has(identity) || !holdsFor(key.material, signedBytes, signature, verify)) continue;
    signers.add(identity);
  }
  return signers;
}

/** Whether a signature, in hexadecimal, is one by this key. */
export function holdsFor(
  { algorithm, publicKey }: NonNullable<TufKey['material']>,
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
