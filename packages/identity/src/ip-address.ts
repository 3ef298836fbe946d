import { isIPv4, isIPv6 } from 'node:net';

/** The 4 or 16 octets of an IP address in text, or undefined if it is none. A zone (`%eth0`) is left out. */
export function parseIpAddress(text: string): Uint8Array | undefined {
  const [address = ''] = text.split('%');
  if (isIPv4(address)) return ipv4Octets(address);
  if (!isIPv6(address)) return undefined;
  const [head = '', tail] = address.split('::');
  const start = groupOctets(head);
  const end = groupOctets(tail ?? '');
  const octets = new Uint8Array(16);
  octets.set(start);
  octets.set(end, 16 - end.length);
  return octets;
}

const ipv4Octets = (address: string): Uint8Array => Uint8Array.from(address.split('.'), Number);

/** Of groups that are known to be well-formed; the last one may be an IPv4 address. */
function groupOctets(groups: string): number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return [...ipv4Octets(group)];
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
