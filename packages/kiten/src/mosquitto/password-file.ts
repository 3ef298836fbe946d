import { KitenError } from '@kiten/codec';
import { passwordScheme } from '@kiten/identity';
import { isDeviceId } from '@kiten/trust';

/** One line of a file that `mosquitto_passwd` writes: a device to be, or why it becomes none. */
export type PasswordLine = {
  /** From 1. */
  readonly line: number;
  readonly username: string;
} & ({ readonly hash: string } | { readonly why: string });

/** Reads Mosquitto's password file: `user:hash` a line. */
export function readPasswordFile(text: string): readonly PasswordLine[] {
  const seen = new Set<string>();
  return text.split(/\r?\n/).flatMap((content, index): readonly PasswordLine[] => {
    if (content.trim() === '' || content.startsWith('#')) return [];
    const at = content.indexOf(':');
    const username = at < 0 ? content : content.slice(0, at);
    const hash = at < 0 ? '' : content.slice(at + 1).trim();
    const why =
      refusalOf(username, hash) ?? (seen.has(username) ? 'The user stands above already.' : undefined);
    seen.add(username);
    return [{ line: index + 1, username, ...(why === undefined ? { hash } : { why }) }];
  });
}

function refusalOf(username: string, hash: string): string | undefined {
  if (!isDeviceId(username))
    return 'A device is named by 1 to 64 of A–Z a–z 0–9 . _ -: give it a new name and a new password.';
  try {
    if (passwordScheme(hash) !== 'scrypt') return undefined;
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
  }
  return hash.startsWith('$argon2')
    ? 'Argon2 hashes are not taken over: give the device a new password.'
    : 'This is no hash of mosquitto_passwd ($6$ or $7$): run `mosquitto_passwd -U`, or give the device a new password.';
}
