import { KitenError } from '@kiten/codec';

const longest = 255;

/**
 * The name of a vehicle, an ECU, a kind of hardware or an image. Names are compared as strings, so they come in one form
 * alone (Uptane 2.1 §5.2): NFC, and no control characters (RFC 5198 §2).
 *
 * @param what whose name it is, for the sentence of the refusal.
 * @throws KitenError `update/uptane-name`.
 */
export function checkName(name: string, what: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (name !== '' && name.length <= longest && !/[\u0000-\u001f\u007f-\u009f]/.test(name) && isNormal(name)) {
    return name;
  }
  throw new KitenError(
    'update/uptane-name',
    `The name of ${what} has 1 to ${longest} characters in Unicode’s form NFC, none of them a control.`,
    { detail: { what } },
  );
}

/** Nearly all names are ASCII, which has one form only. */
const isNormal = (name: string): boolean => /^[ -~]*$/.test(name) || name.normalize('NFC') === name;
