import { formatAddress, parseIpv4, parseIpv6 } from './address.ts';
import { proxyRefusal } from './error.ts';
import type { ProxyEnd, ProxyHeader } from './proxy-header.ts';

/** With the CRLF that ends it (section 2.1). */
const longestLine = 107;
const [CR, LF] = [0x0d, 0x0a];
const unknown = /^PROXY UNKNOWN(?: |$)/;
const known =
  /^PROXY (TCP4|TCP6) ([0-9A-Fa-f:.]{2,45}) ([0-9A-Fa-f:.]{2,45}) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4})$/;

/** The line of text of version 1 (section 2.1). */
export function readVersion1(bytes: Uint8Array): ProxyHeader | undefined {
  const end = endOfLine(bytes);
  if (end === undefined) return undefined;
  // Whatever follows UNKNOWN is ignored, so that it need not be ASCII.
  const line = String.fromCharCode(...bytes.subarray(0, end));
  const length = end + 2;
  if (unknown.test(line)) return { version: 1, length };
  const [, family, source = '', destination = '', sourcePort = '', destinationPort = ''] =
    known.exec(line) ?? [];
  if (family === undefined) throw malformed();
  const read = family === 'TCP4' ? parseIpv4 : parseIpv6;
  return {
    ...{ version: 1, length },
    source: endOf(read(source), sourcePort),
    destination: endOf(read(destination), destinationPort),
  };
}

/** Where the CR of the CRLF is; neither of them may stand alone. */
function endOfLine(bytes: Uint8Array): number | undefined {
  const within = Math.min(bytes.length, longestLine);
  for (let at = 0; at < within; at++) {
    if (bytes[at] === LF) throw malformed();
    if (bytes[at] !== CR) continue;
    if (at + 1 === longestLine) break;
    if (at + 1 === bytes.length) return undefined;
    if (bytes[at + 1] !== LF) throw malformed();
    return at;
  }
  if (bytes.length < longestLine) return undefined;
  throw proxyRefusal('wire/proxy-too-long', `A PROXY header of version 1 has ${longestLine} octets at most.`);
}

function endOf(octets: Uint8Array | undefined, text: string): ProxyEnd {
  const port = Number(text);
  if (octets === undefined || port > 0xffff) throw malformed();
  return { address: formatAddress(octets), port };
}

function malformed() {
  return proxyRefusal(
    'wire/proxy-malformed',
    'The PROXY header of version 1 is not written as it has to be.',
  );
}
