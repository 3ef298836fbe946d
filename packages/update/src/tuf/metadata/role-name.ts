import { KitenError } from '@kiten/codec';
import { topLevelRoles } from './model.ts';

/** Leaves room in a file name of 255 octets for the version before and what stands behind. */
const longest = 200;

/**
 * A name that a role can be delegated to under. Any text will do that can be part of a URL and of a file name once it
 * is encoded ({@link fileNameOf}), except those of the roles that the root names.
 *
 * @throws KitenError `update/role-name`.
 */
export function checkRoleName(name: string): string {
  const reserved = (topLevelRoles as readonly string[]).includes(name);
  if (name !== '' && !reserved && encodeURIComponent(name).length <= longest) return name;
  throw new KitenError(
    'update/role-name',
    reserved
      ? `The role ${name} is the root’s to name, nobody else’s.`
      : `A role’s name has 1 to ${longest} octets when it is encoded for a URL.`,
  );
}

/**
 * A file name for any text: one that leaves no directory, is never hidden, and is another for each other text.
 * Percent-encoding as in URLs, a leading dot included.
 */
export function fileNameOf(text: string): string {
  return encodeURIComponent(text).replace(/^\./, '%2E');
}
