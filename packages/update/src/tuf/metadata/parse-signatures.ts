import { KitenError } from '@kiten/codec';
import { asFields, asList, type Fields, member, textAt } from './fields.ts';
import type { MetadataSignature } from './model.ts';

/**
 * The signatures beside what is signed (TUF §4.2.1).
 *
 * @throws KitenError `update/metadata-malformed`, `update/signature-repeated`.
 */
export function parseSignatures(file: Fields): readonly MetadataSignature[] {
  const seen = new Set<string>();
  return asList(member(file, 'signatures'), 'signatures').map((entry) => {
    const fields = asFields(entry, 'signatures');
    const keyId = textAt(fields, 'keyid');
    if (seen.has(keyId)) {
      throw new KitenError('update/signature-repeated', 'Two signatures are under one key id.', {
        detail: { keyId },
      });
    }
    seen.add(keyId);
    return { keyId, signature: textAt(fields, 'sig') };
  });
}
