import { KitenError } from '@kiten/codec';

/** Where a key is on a token (RFC 7512): which token, which object, through which module, and where its PIN is. */
export interface Pkcs11Uri {
  /** The label of the token. */
  readonly token?: string;
  readonly slot?: string;
  /** The label of the object. */
  readonly object?: string;
  /** CKA_ID in hexadecimal. */
  readonly id?: string;
  /** The shared library that speaks to the token. */
  readonly module: string;
  /** An owner-only file whose first line is the PIN. */
  readonly pinFile: string;
}

const maxLength = 2048;
const pathNames = ['token', 'slot-id', 'object', 'id', 'type'];
const queryNames = ['module-path', 'pin-source'];

/**
 * Reads a PKCS#11 URI: `pkcs11:token=ann;object=root?module-path=/usr/lib/….so&pin-source=/home/ann/pin`.
 *
 * @throws KitenError `kiten/pkcs11-uri`; `kiten/pkcs11-pin-exposed` for a PIN within it, which every user of the machine
 * would see in the list of processes.
 */
export function parsePkcs11Uri(text: string): Pkcs11Uri {
  const match = /^pkcs11:([^?]*)(?:\?(.*))?$/s.exec(text);
  if (match === null || text.length > maxLength) throw malformed('begins with “pkcs11:”');
  const [, path = '', query = ''] = match;
  const where = attributesOf(path, ';', pathNames);
  const how = attributesOf(query, '&', queryNames);
  const module = how.get('module-path');
  const pinSource = how.get('pin-source');
  if (module === undefined || !module.startsWith('/')) throw malformed('names its library: module-path=/…');
  if (pinSource === undefined) throw malformed('says where the PIN is: pin-source=/…');
  const [token, slot, object, id] = ['token', 'slot-id', 'object', 'id'].map((name) => where.get(name));
  if (token === undefined && slot === undefined) throw malformed('names the token: token=…');
  if (object === undefined && id === undefined) throw malformed('names the key: object=… or id=…');
  const type = where.get('type') ?? 'private';
  if (type !== 'private') throw malformed('is that of a private key: type=private');
  return {
    ...(token !== undefined && { token }),
    ...(slot !== undefined && { slot }),
    ...(object !== undefined && { object }),
    ...(id !== undefined && { id: Buffer.from(id, 'latin1').toString('hex') }),
    ...{ module, pinFile: fileOf(pinSource) },
  };
}

export const isPkcs11Uri = (text: string): boolean => text.startsWith('pkcs11:');

function attributesOf(text: string, separator: string, known: readonly string[]): Map<string, string> {
  const attributes = new Map<string, string>();
  for (const part of text === '' ? [] : text.split(separator)) {
    const at = part.indexOf('=');
    const name = at < 0 ? part : part.slice(0, at);
    if (name === 'pin-value') {
      throw new KitenError(
        'kiten/pkcs11-pin-exposed',
        'A PIN on the command line is seen by everybody on this machine. Put it into a file for you alone and name that: pin-source=/….',
      );
    }
    if (at < 0 || !known.includes(name)) throw malformed(`has ${known.join(', ')} and no other attributes`);
    if (attributes.has(name)) throw malformed(`has ${name} once`);
    attributes.set(name, decoded(part.slice(at + 1), name === 'id'));
  }
  return attributes;
}

/** Octets for an identifier (RFC 7512 §2.3), text for all else. */
function decoded(value: string, asOctets: boolean): string {
  if (value === '' || !/^(?:[!-$&-~]|%[0-9A-Fa-f]{2})+$/.test(value)) throw malformed('has printable values');
  if (asOctets) {
    return value.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  }
  try {
    return decodeURIComponent(value);
  } catch (cause) {
    throw malformed('is in UTF-8', cause);
  }
}

function fileOf(source: string): string {
  const file = source.replace(/^file:(?:\/\/)?/, '');
  if (file.startsWith('/')) return file;
  throw malformed('names the PIN’s file by its whole path: pin-source=/…');
}

function malformed(what: string, cause?: unknown): KitenError {
  return new KitenError('kiten/pkcs11-uri', `The URI of a key on a token ${what} (RFC 7512).`, { cause });
}
