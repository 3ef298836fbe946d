/** The least and the greatest of Cedar's integers. */
export const [leastLong, greatestLong] = [-(2n ** 63n), 2n ** 63n - 1n];

/** Reads groups of digits, perhaps after a sign, each of which counts something. */
const counting = (form: RegExp, units: readonly bigint[]) => (text: string) => {
  const [, sign, ...digits] = form.exec(text) ?? [];
  if (sign === undefined) return undefined;
  const count = units.reduce((sum, unit, at) => sum + unit * BigInt(digits[at] ?? 0), 0n);
  const value = sign === '-' ? -count : count;
  return value >= leastLong && value <= greatestLong ? value : undefined;
};
const decimalForm = /^(-?)([0-9]+)\.([0-9])([0-9]?)([0-9]?)([0-9]?)$/;
const durationForm = /^(-?)(?=.)(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?$/;

/** What Cedar makes of a text: the number that an extension value is, or undefined if the text is malformed. */
export const constructors: ReadonlyMap<string, (text: string) => bigint | undefined> = new Map([
  ['decimal', counting(decimalForm, [10_000n, 1000n, 100n, 10n, 1n])],
  ['datetime', readDatetime],
  ['duration', counting(durationForm, [86_400_000n, 3_600_000n, 60_000n, 1000n, 1n])],
]);

const datetimeForm =
  /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2})(?:\.(\d{3}))?(?:Z|([+-])([01]\d|2[0-3])([0-5]\d)))?$/;

/** Milliseconds since 1970-01-01T00:00:00Z, without leap seconds. */
function readDatetime(text: string): bigint | undefined {
  const [, date, time = '00:00:00', fraction = '000', sign, hours, minutes] = datetimeForm.exec(text) ?? [];
  const utc = `${date}T${time}.${fraction}Z`;
  const value = Date.parse(utc);
  // A day or an hour that there is not becomes another.
  if (Number.isNaN(value) || new Date(value).toISOString() !== utc) return undefined;
  const east = (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === '-' ? -60_000 : 60_000);
  return BigInt(value - east);
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
export const isWithin = ([version, address, prefix]: Ip, [family, base, length]: Ip): boolean =>
  version === family && prefix >= length && (address ^ base) >> (bitsOf(version) - length) === 0n;

/** What `ip(text)` gives in Cedar, or undefined if it is malformed. */
export function readIp(text: string): Ip | undefined {
  const [, address = '', length] = /^([^/]*)(?:\/(0|[1-9][0-9]{0,2}))?$/.exec(text) ?? [];
  const [is6, bytes] = [address.includes(':'), address.split('.')];
  const groups = is6 ? hexadecimalGroups(address) : bytes.length === 4 ? bytes : [];
  const [version, form, base] = is6
    ? [6n, /^0x[0-9a-fA-F]{1,4}$/, 65_536n]
    : [4n, /^(0|[1-9][0-9]{0,2})$/, 256n];
  const prefix = BigInt(length ?? bitsOf(version));
  const isSound = groups.every((group) => form.test(group) && BigInt(group) < base);
  if (groups.length === 0 || !isSound || prefix > bitsOf(version)) return undefined;
  return [version, groups.reduce((value, group) => value * base + BigInt(group), 0n), prefix];
}

/** All eight, also those that `::` leaves out; none if there are not as many. */
function hexadecimalGroups(address: string): readonly string[] {
  const halves = address.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const [head = [], tail, ...more] = halves;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (more.length > 0 || (tail === undefined ? missing !== 0 : missing < 1)) return [];
  return [...head, ...Array<string>(missing).fill('0'), ...(tail ?? [])].map((group) => `0x${group}`);
}
