import { KitenError } from '@kiten/codec';
import { type Fields, member, textsAt } from './fields.ts';
import type { RoleKeys } from './model.ts';

/** Which keys sign for a role (TUF §4.3). A key that isn't listed among the keys signs for nothing. */
export function parseRoleKeys(fields: Fields): RoleKeys {
  const threshold = member(fields, 'threshold');
  if (typeof threshold !== 'number' || !Number.isSafeInteger(threshold) || threshold < 1) {
    throw new KitenError('update/threshold-invalid', 'A role takes the signatures of at least one key.');
  }
  const keyIds = textsAt(fields, 'keyids');
  if (new Set(keyIds).size !== keyIds.length) {
    throw new KitenError('update/key-id-repeated', 'A role names a key id twice.');
  }
  return { keyIds, threshold };
}
