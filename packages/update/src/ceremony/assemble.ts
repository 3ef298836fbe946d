import { equalBytes, KitenError, type Verify } from '@kiten/codec';
import { canonicalMetadata } from '../tuf/metadata/canonical-json.ts';
import { member } from '../tuf/metadata/fields.ts';
import { parseKeys } from '../tuf/metadata/key.ts';
import { holdsFor } from '../tuf/metadata/verify-threshold.ts';
import type { MetadataFile } from '../tuf/repository/metadata-file.ts';

/**
 * Brings together what holders have signed each on their own: one file with all their signatures. What was signed has to
 * be the same to the octet.
 *
 * @throws KitenError `update/ceremony-other-file` for a file that says something else than the first,
 * `update/ceremony-signature` for a signature in it that doesn’t hold, by a key that it lists itself.
 */
export function assembleSignatures(files: readonly MetadataFile[], verify: Verify): MetadataFile {
  const [first, ...others] = files;
  if (first === undefined) throw new KitenError('update/ceremony-empty', 'There is no file to assemble.');
  const signed = canonicalMetadata(first.signed);
  if (others.some((other) => !equalBytes(canonicalMetadata(other.signed), signed))) {
    throw new KitenError(
      'update/ceremony-other-file',
      'The files say different things: somebody has signed another proposal than the others. Nothing was put together.',
    );
  }
  const keys = member(first.signed, '_type') === 'root' ? parseKeys(first.signed) : undefined;
  const signatures = new Map<string, MetadataFile['signatures'][number]>();
  for (const signature of files.flatMap((file) => file.signatures)) {
    const key = keys?.get(signature.keyid);
    if (key?.material !== undefined && !holdsFor(key.material, signed, signature.sig, verify)) {
      throw new KitenError(
        'update/ceremony-signature',
        `The signature of ${key.holder ?? signature.keyid.slice(0, 16)} does not hold: it was made of another file.`,
        { detail: { keyId: signature.keyid } },
      );
    }
    signatures.set(signature.keyid, signature);
  }
  return { signed: first.signed, signatures: [...signatures.values()] };
}
