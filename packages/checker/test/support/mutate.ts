import { CborTag, type CborValue, decodeCbor, encodeCbor } from '@kiten/codec';

/** Random numbers below 1 from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A value changed in one place. */
export interface Mutant {
  readonly what: string;
  readonly value: CborValue;
}

/**
 * Everything that differs from a value in one place: each item replaced by others of its type and of other types,
 * elements of arrays and entries of maps taken out, doubled, swapped and turned around. Byte strings that hold CBOR are
 * changed within, too.
 */
export function* mutantsOf(value: CborValue, random: () => number, path = ''): Generator<Mutant> {
  for (const other of others(value, random)) yield { what: `${path} = ${typeof other}`, value: other };
  if (Array.isArray(value)) yield* inArray(value, random, path);
  else if (value instanceof Map) yield* inMap(value, random, path);
  else if (value instanceof CborTag) {
    for (const mutant of mutantsOf(value.value, random, `${path}.tag`))
      yield { ...mutant, value: new CborTag(value.tag, mutant.value) };
  } else if (value instanceof Uint8Array) {
    const within = decoded(value);
    if (within === undefined) return;
    for (const mutant of mutantsOf(within, random, `${path}.cbor`))
      yield { ...mutant, value: encodeCbor(mutant.value) };
  }
}

function* inArray(array: CborValue[], random: () => number, path: string): Generator<Mutant> {
  const changed = (what: string, value: CborValue[]): Mutant => ({ what: `${path} ${what}`, value });
  for (const [index, element] of array.entries()) {
    for (const mutant of mutantsOf(element, random, `${path}.${index}`))
      yield { ...mutant, value: array.with(index, mutant.value) };
    const other = Math.floor(random() * array.length);
    yield changed(`without ${index}`, array.toSpliced(index, 1));
    yield changed(`${index} twice`, array.toSpliced(index, 0, element));
    yield changed(`${index} and ${other} swapped`, array.with(index, array[other]).with(other, element));
    yield changed(`${index} for ${other}`, array.with(other, element));
  }
  yield changed('turned around', array.toReversed());
  yield changed('and one more', [...array, 0]);
}

function* inMap(map: Map<CborValue, CborValue>, random: () => number, path: string): Generator<Mutant> {
  for (const [key, entry] of map) {
    for (const mutant of mutantsOf(entry, random, `${path}.${key}`))
      yield { ...mutant, value: new Map(map).set(key, mutant.value) };
    const without = new Map(map);
    without.delete(key);
    yield { what: `${path} without ${key}`, value: without };
  }
  yield { what: `${path} and one more`, value: new Map(map).set('another', 0) };
}

/** The CBOR in a byte string that holds some: a statement, its header, its payload, a rule set. */
function decoded(bytes: Uint8Array): CborValue | undefined {
  if (bytes.length < 3 || ((bytes[0]! & 0xe0) !== 0x80 && (bytes[0]! & 0xe0) !== 0xa0 && bytes[0] !== 0xd2))
    return undefined;
  try {
    return decodeCbor(bytes);
  } catch {
    return undefined;
  }
}

function others(value: CborValue, random: () => number): CborValue[] {
  const strange: CborValue[] = [
    null,
    undefined,
    true,
    -0,
    1.5,
    2n ** 64n,
    [],
    new Map(),
    new CborTag(0, 'x'),
  ];
  const any = strange[Math.floor(random() * strange.length)];
  if (typeof value === 'number') return [value + 1, value - 1, -value - 1, String(value), any];
  if (typeof value === 'string')
    return [`${value}x`, value.slice(1), value.toUpperCase(), otherText(value, random), any];
  if (value instanceof Uint8Array) return [...otherBytes(value, random), any];
  return [any, 'x', 0];
}

function otherText(text: string, random: () => number): string {
  const at = Math.floor(random() * text.length);
  return `${text.slice(0, at)}${String.fromCodePoint(0x20 + Math.floor(random() * 0x5e))}${text.slice(at + 1)}`;
}

function otherBytes(bytes: Uint8Array, random: () => number): Uint8Array[] {
  const flipped = bytes.slice();
  const at = Math.floor(random() * bytes.length);
  if (bytes.length > 0) flipped[at]! ^= 1 << Math.floor(random() * 8);
  return [
    flipped,
    bytes.subarray(1),
    Uint8Array.of(...bytes, 0),
    bytes.toReversed(),
    new Uint8Array(bytes.length),
  ];
}
