import type { IpAddressValue } from '../values/extension-value.ts';

const prefixForm = /^(?:0|[1-9][0-9]{0,2})$/;
const octetForm = /^(?:0|[1-9][0-9]{0,2})$/;
const groupForm = /^[0-9a-fA-F]{1,4}$/;
const longestText = '1111:1111:1111:1111:1111:1111:1111:1111/128'.length;

/**
 * The address or range a text writes: IPv4 or IPv6, optionally `/` and a prefix; undefined if it is none. IPv4 within
 * IPv6 (`::ffff:1.2.3.4`), zones and leading zeros in octets and prefixes are none. (Cedar documentation, "ipaddr")
 */
export function parseIpAddress(text: string): IpAddressValue | undefined {
  if (text.length > longestText) return undefined;
  const slash = text.indexOf('/');
  const addressText = slash < 0 ? text : text.slice(0, slash);
  const bits = addressText.includes(':') ? 128 : 32;
  const address = bits === 128 ? parseIpv6(addressText) : parseIpv4(addressText);
  if (address === undefined) return undefined;
  if (slash < 0) return { kind: 'ipaddr', bits, address, prefix: bits };
  const prefixText = text.slice(slash + 1);
  const prefix = Number(prefixText);
  return prefixForm.test(prefixText) && prefix <= bits
    ? { kind: 'ipaddr', bits, address, prefix }
    : undefined;
}

function parseIpv4(text: string): bigint | undefined {
  const octets = text.split('.');
  if (octets.length !== 4 || !octets.every((octet) => octetForm.test(octet) && Number(octet) <= 255))
    return undefined;
  return octets.reduce((address, octet) => (address << 8n) | BigInt(octet), 0n);
}

function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head!.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head!, ...Array<string>(missing).fill('0'), ...tail];
  if (!groups.every((group) => groupForm.test(group))) return undefined;
  return groups.reduce((address, group) => (address << 16n) | BigInt(`0x${group}`), 0n);
}

/** Address and prefix; the prefix only if it is a range. IPv6 in eight groups, uncompressed. */
export function formatIpAddress({ bits, address, prefix }: IpAddressValue): string {
  const [count, width, radix, separator] = bits === 32 ? [4, 8n, 10, '.'] : ([8, 16n, 16, ':'] as const);
  const parts = Array.from({ length: count as number }, (_, index) =>
    BigInt.asUintN(
      Number(width),
      address >> ((BigInt(count as number) - 1n - BigInt(index)) * (width as bigint)),
    ).toString(radix as number),
  );
  return `${parts.join(separator as string)}${prefix === bits ? '' : `/${prefix}`}`;
}

/** Whether every address of the first range is in the second; never across IPv4 and IPv6. */
export function isInRange(inner: IpAddressValue, outer: IpAddressValue): boolean {
  return (
    inner.bits === outer.bits &&
    inner.prefix >= outer.prefix &&
    network(inner.address, outer) === network(outer.address, outer)
  );
}

function network(address: bigint, range: IpAddressValue): bigint {
  return address >> BigInt(range.bits - range.prefix);
}

const loopback = { 32: parseIpAddress('127.0.0.0/8')!, 128: parseIpAddress('::1')! };
const multicast = { 32: parseIpAddress('224.0.0.0/4')!, 128: parseIpAddress('ff00::/8')! };

export function isLoopback(range: IpAddressValue): boolean {
  return isInRange(range, loopback[range.bits]);
}

export function isMulticast(range: IpAddressValue): boolean {
  return isInRange(range, multicast[range.bits]);
}
