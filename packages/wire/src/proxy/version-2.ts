import { formatAddress } from './address.ts';
import { crc32c } from './crc32c.ts';
import { proxyRefusal } from './error.ts';
import type { ProxyEnd, ProxyHeader } from './proxy-header.ts';

export const version2Signature = Uint8Array.of(13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10);
const fixedLength = 16;
/** With addresses and TLVs. The protocol is made for 536 octets; some proxies tell more of TLS and their network. */
export const maximumProxyHeader = 2048;

const [LOCAL, PROXY] = [0x20, 0x21];
const families = { unspecified: 0, inet: 1, inet6: 2, unix: 3 } as const;
const transports = { unspecified: 0, stream: 1, datagram: 2 } as const;
/** Octets of both addresses, and of both ports where there are such. */
const addressLengths: Readonly<Record<number, number>> = { 1: 12, 2: 36, 3: 216 };

const checksumType = 0x03;
const checksumLength = 4;

/** The binary header of version 2 (section 2.2). */
export function readVersion2(bytes: Uint8Array): ProxyHeader | undefined {
  if (bytes.length < fixedLength) return undefined;
  const command = bytes[12] as number;
  if (command !== LOCAL && command !== PROXY) throw malformed('has no command that there is');
  const [family, transport] = [(bytes[13] as number) >> 4, (bytes[13] as number) & 0x0f];
  const length = fixedLength + uint16(bytes, 14);
  if (length > maximumProxyHeader) {
    const message = `A PROXY header of version 2 has ${maximumProxyHeader} octets at most here.`;
    throw proxyRefusal('wire/proxy-too-long', message);
  }
  // The family of a LOCAL connection is ignored, whatever it says.
  const speaks = command === PROXY;
  if (speaks && (family > families.unix || transport > transports.datagram))
    throw malformed('names no family or transport that there is');
  if (bytes.length < length) return undefined;
  const header = { version: 2, length } as const;
  const addresses = addressLengths[family];
  if (!speaks || addresses === undefined || transport === transports.unspecified) return header;
  if (fixedLength + addresses > length) throw malformed('ends within its addresses');
  checkChecksum(bytes.subarray(0, length), fixedLength + addresses);
  if (family === families.unix || transport !== transports.stream) return header;
  return { ...header, ...endsOf(bytes, family === families.inet ? 4 : 16) };
}

function endsOf(bytes: Uint8Array, size: number): { source: ProxyEnd; destination: ProxyEnd } {
  const end = (nth: number): ProxyEnd => ({
    address: formatAddress(bytes.subarray(fixedLength + nth * size, fixedLength + (nth + 1) * size)),
    port: uint16(bytes, fixedLength + 2 * size + 2 * nth),
  });
  return { source: end(0), destination: end(1) };
}

/** Goes through the type-length-values, and holds the header to its checksum if it has one (section 2.2.3). */
function checkChecksum(header: Uint8Array, start: number): void {
  let checksumAt: number | undefined;
  for (let at = start; at < header.length; ) {
    if (at + 3 > header.length) throw malformed('ends within a value');
    const [type, size] = [header[at] as number, uint16(header, at + 1)];
    const next = at + 3 + size;
    if (next > header.length) throw malformed('ends within a value');
    if (type === checksumType) {
      if (size !== checksumLength || checksumAt !== undefined) throw malformed('has no single checksum');
      checksumAt = at + 3;
    }
    at = next;
  }
  if (checksumAt === undefined) return;
  const said = uint16(header, checksumAt) * 0x10000 + uint16(header, checksumAt + 2);
  const blank = header.slice();
  blank.fill(0, checksumAt, checksumAt + checksumLength);
  if (crc32c(blank) === said) return;
  throw proxyRefusal('wire/proxy-checksum', 'The PROXY header is not what its checksum speaks for.');
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function malformed(what: string) {
  return proxyRefusal('wire/proxy-malformed', `The PROXY header of version 2 ${what}.`);
}
