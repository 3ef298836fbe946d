import { canonicalJson, encodeUtf8 } from '@kiten/codec';
import { canonicalText } from '../tuf/metadata/canonical-json.ts';
import type { Fields } from '../tuf/metadata/fields.ts';
import { type MetadataFormat, tufFormat } from '../tuf/metadata/format.ts';
import { legacyFormat } from './legacy-format.ts';

/**
 * How metadata and manifests are written, and how much they have to say. `standard` is Uptane 2.1 in the formats of TUF
 * 1.0. `legacy` is what vehicles and servers of the aktualizr family speak: types with a capital, signatures in base64
 * over plain JSON, key ids as they come, hashes over the canonical form of a file; release counters, the vehicle’s
 * identifier and a counter in each report may be missing.
 */
export type UptaneProfile = 'standard' | 'legacy';

export function formatOf(profile: UptaneProfile): MetadataFormat {
  return profile === 'legacy' ? legacyFormat : tufFormat;
}

/** What signatures are over. */
export function signedForm(signed: Fields, profile: UptaneProfile): Uint8Array {
  return encodeUtf8(signedText(signed, profile));
}

/** {@link signedForm} before it is encoded. */
export function signedText(signed: Fields, profile: UptaneProfile): string {
  return profile === 'legacy' ? canonicalJson(signed) : canonicalText(signed);
}
