import { KitenError } from '@kiten/codec';
import { asFields, member } from '../../tuf/metadata/fields.ts';
import { hasHashes } from '../../tuf/metadata/hashes.ts';
import type { TimestampMetadata } from '../../tuf/metadata/model.ts';
import { parseMetaFile } from '../../tuf/metadata/parse-snapshot.ts';
import { formatOf, type UptaneProfile } from '../profile.ts';

/**
 * That the Director’s targets are those that its timestamp describes, if it does: its snapshot serves many vehicles and
 * has nothing but their version.
 *
 * @throws KitenError `update/metadata-mismatch`, `update/metadata-malformed`.
 */
export function checkDescribedTargets(
  targets: Uint8Array,
  { custom = {} }: TimestampMetadata,
  profile: UptaneProfile,
): void {
  const description = member(custom, 'targets');
  if (description === undefined) return;
  const { length, hashes } = parseMetaFile(asFields(description, 'custom.targets'));
  const forms = formatOf(profile).described(targets);
  if (hashes !== undefined && forms.some((form) => length === form.length && hasHashes(form, hashes))) return;
  throw new KitenError(
    'update/metadata-mismatch',
    'The Director’s targets have not the length and hashes that its timestamp lists for them.',
    { detail: { role: 'targets' } },
  );
}
