/** The least and the greatest of Cedar's integers. */
export const [leastLong, greatestLong] = [-(2n ** 63n), 2n ** 63n - 1n];
const ifLong = (value: bigint) => (value >= leastLong && value <= greatestLong ? value : undefined);

/** What Cedar makes of a text: the number that an extension value is, or undefined if the text is malformed. */
export const constructors: ReadonlyMap<string, (text: string) => bigint | undefined> = new Map([
  ['decimal', readDecimal],
  ['datetime', readDatetime],
  ['duration', readDuration],
]);

/** Ten-thousandths. */
function readDecimal(text: string): bigint | undefined {
  const [, sign, whole, fraction = ''] = /^(-?)([0-9]+)\.([0-9]{1,4})$/.exec(text) ?? [];
  return whole === undefined
    ? undefined
    : ifLong(BigInt(`${whole}${fraction.padEnd(4, '0')}`) * (sign ? -1n : 1n));
}

const durationForm = /^(-?)(?=.)(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?$/;

/** Milliseconds. */
function readDuration(text: string): bigint | undefined {
  const [, sign, ...digits] = durationForm.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const [days, hours, minutes, seconds, milliseconds] = digits.map((count) => BigInt(count ?? 0));
  const all = (((days! * 24n + hours!) * 60n + minutes!) * 60n + seconds!) * 1000n + milliseconds!;
  return ifLong(sign ? -all : all);
}

const [dateForm, timeForm] = ['([0-9]{4}-[0-9]{2}-[0-9]{2})', '([0-9]{2}:[0-9]{2}:[0-9]{2})'];
const zoneForm = '(?:Z|([+-])([01][0-9]|2[0-3])([0-5][0-9]))';
const datetimeForm = new RegExp(`^${dateForm}(?:T${timeForm}(?:\\.([0-9]{3}))?${zoneForm})?$`);

/** Milliseconds since 1970-01-01T00:00:00Z, without leap seconds. */
function readDatetime(text: string): bigint | undefined {
  const [, date, time = '00:00:00', fraction = '000', sign, hours = 0, minutes = 0] =
    datetimeForm.exec(text) ?? [];
  const utc = `${date}T${time}.${fraction}Z`;
  const value = new Date(utc);
  // A day or an hour that there is not becomes another.
  if (Number.isNaN(value.getTime()) || value.toISOString() !== utc) return undefined;
  const east = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000 : 60_000);
  return BigInt(value.getTime() - east);
}

/** A value of kind ipaddr: version 4 or 6, an address, and how many of its bits are those of a range. */
export type Ip = readonly [version: bigint, address: bigint, prefix: bigint];
export const bitsOf = (version: bigint): bigint => (version === 4n ? 32n : 128n);

/** The same range, by its first address. */
export function networkOf([version, address, prefix]: Ip): Ip {
  const rest = bitsOf(version) - prefix;
  return [version, (address >> rest) << rest, prefix];
}

/** Cedar's `isInRange`: whether a range is within another. Two that are not so either way have nothing in common. */
export const isWithin = ([version, address, prefix]: Ip, other: Ip): boolean =>
  version === other[0] &&
  prefix >= other[2] &&
  networkOf([version, address, other[2]])[1] === networkOf(other)[1];

/** What `ip(text)` gives in Cedar, or undefined if it is malformed. */
export function readIp(text: string): Ip | undefined {
  const [, address = '', length] = /^([^/]*)(?:\/(0|[1-9][0-9]{0,2}))?$/.exec(text) ?? [];
  const version = address.includes(':') ? 6n : 4n;
  const value = version === 6n ? readIpv6(address) : readIpv4(address);
  const prefix = BigInt(length ?? bitsOf(version));
  return value === undefined || prefix > bitsOf(version) ? undefined : [version, value, prefix];
}

function readIpv4(text: string): bigint | undefined {
  const bytes = text.split('.');
  const areBytes =
    bytes.length === 4 && bytes.every((byte) => /^(0|[1-9][0-9]{0,2})$/.test(byte) && Number(byte) < 256);
  return areBytes ? bytes.reduce((value, byte) => value * 256n + BigInt(byte), 0n) : undefined;
}

function readIpv6(text: string): bigint | undefined {
  const [head = [], tail, ...more] = text.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (more.length > 0 || (tail === undefined ? missing !== 0 : missing < 1)) return undefined;
  const groups = [...head, ...Array<string>(missing).fill('0'), ...(tail ?? [])];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((value, group) => value * 65_536n + BigInt(`0x${group}`), 0n);
}
