import { isIP } from 'node:net';

/**
 * Where a connection comes from, as far as its address tells: the address itself for IPv4, the /64 for IPv6, since
 * a host moves about within it by itself (RFC 8981). IPv4 written as IPv6 is IPv4; the loopback addresses are one.
 */
export interface Place {
  readonly family: 4 | 6;
  readonly name: string;
}

/** `undefined` for what is no address. A zone (`fe80::1%eth0`) is part of the place. */
export function placeOf(address: string): Place | undefined {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  const text = mapped?.[1] ?? (address === '::1' ? '127.0.0.1' : address);
  const family = isIP(text);
  if (family === 4) return { family: 4, name: text };
  return family === 6 ? { family: 6, name: networkOf(text) } : undefined;
}

/** Different places that can be compared: of the same family, because a host with two stacks is in one place. */
export function elsewhere(one: Place | undefined, other: Place | undefined): boolean {
  return one !== undefined && other !== undefined && one.family === other.family && one.name !== other.name;
}

function networkOf(address: string): string {
  const [plain = '', zone] = address.split('%');
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const width = (group: string): number => (group.includes('.') ? 2 : 1);
  const count = [...left, ...right].reduce((sum, group) => sum + width(group), 0);
  const groups = tail === undefined ? left : [...left, ...Array<string>(8 - count).fill('0'), ...right];
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64${zone === undefined ? '' : `%${zone}`}`;
}
