import { toHex } from '../bytes.ts';
import { writeDer } from '../der/writer.ts';
import type { Name, NameAttribute } from './name.ts';

/** The text of a name, least significant part first: `CN=pump-1,O=Plant` (RFC 4514 §2). */
export function nameToString(name: Name): string {
  const relativeNames: string[] = [];
  for (const attribute of name) {
    const text = attributeText(attribute);
    if (attribute.joined) relativeNames.push(`${relativeNames.pop()}+${text}`);
    else relativeNames.push(text);
  }
  return relativeNames.reverse().join(',');
}

/** A type without a short name shows its value as the hexadecimal of a DER string (RFC 4514 §2.4). */
function attributeText({ type, value }: NameAttribute): string {
  if (!/^[0-2]\./.test(type)) return `${type}=${escaped(value)}`;
  return `${type}=#${toHex(writeDer((writer) => writer.utf8String(value)))}`;
}

const escaped = (value: string): string =>
  value
    .replace(/[\\"+,;<>]/g, '\\$&')
    .replaceAll('\u0000', '\\00')
    .replace(/^[ #]| $/g, '\\$&');
