import { type CborValue, encodeCbor, toHex } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Atom, decodeFacts, encodeFacts, type Term } from '../../src/index.ts';

const code = (code: string) => expect.objectContaining({ code });
const anyTerm: fc.Arbitrary<Term> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.maxSafeInteger().map((value) => value + 0),
  fc.uint8Array({ maxLength: 64 }),
);
const anyFacts = fc.array(
  fc.tuple(fc.string(), fc.array(anyTerm, { maxLength: 23 })).map(([name, terms]): Atom => [name, ...terms]),
  { minLength: 1, maxLength: 8 },
);

test('facts come back as they went in', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      expect(decodeFacts(encodeFacts(facts))).toEqual(facts);
    }),
  );
});

test('their octets are core deterministic CBOR', () => {
  // RFC 8949 §4.2.1, by hand.
  const atom = '84' + '6161' + '39012b' + '43010203' + '1b001fffffffffffff';
  expect(toHex(encodeFacts([['a', -300, new Uint8Array([1, 2, 3]), 2 ** 53 - 1]]))).toBe(`81${atom}`);
});

test('what is not an encoding of facts is refused, and what is, is the only one', () => {
  const bytes = encodeFacts([
    ['finding', new Uint8Array(32), 'device:pump-1', -97],
    ['rests', 'ポンプ'],
  ]);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (index, octet) => {
      const changed = bytes.map((byte, at) => (at === index ? octet : byte));
      let facts: readonly Atom[];
      try {
        facts = decodeFacts(changed);
      } catch (error) {
        expect(error).toMatchObject({ name: 'KitenError', code: expect.stringMatching(/^trust\/facts-/) });
        return;
      }
      expect(encodeFacts(facts)).toEqual(changed);
    }),
    { numRuns: 1000 },
  );
});

describe('the bounds of docs/verdict-bundle.md', () => {
  const longest: Atom[] = [
    ['a', ...Array<number>(23).fill(0)],
    ['x'.repeat(256), 'é'.repeat(128), 'ポ'.repeat(85)],
    ['a', new Uint8Array(64), 2 ** 53 - 1, 1 - 2 ** 53],
    ['', '', new Uint8Array(0)],
  ];
  test('are reached', () => expect(decodeFacts(encodeFacts(longest))).toEqual(longest));
  test('128 atoms', () => expect(decodeFacts(encodeFacts(Array(128).fill(['a'])))).toHaveLength(128));

  test.each<[string, unknown]>([
    ['trust/facts-count', []],
    ['trust/facts-count', Array(129).fill(['a'])],
    ['trust/facts-atom', [[]]],
    ['trust/facts-atom', [[1, 'a']]],
    ['trust/facts-atom', ['a']],
    ['trust/facts-atom', [['a', ...Array<number>(24).fill(0)]]],
    ['trust/facts-atom', [['x'.repeat(257)]]],
    ['trust/facts-atom', [['a', 'é'.repeat(129)]]],
    ['trust/facts-atom', [['a', new Uint8Array(65)]]],
    ['trust/facts-atom', [['a', 2 ** 53]]],
    ['trust/facts-atom', [['a', -(2 ** 53)]]],
    ['trust/facts-atom', [['a', 0.5]]],
    ['trust/facts-atom', [['a', -0]]],
    ['trust/facts-atom', [['a', null]]],
    ['trust/facts-atom', [['a', true]]],
  ])('%s: %#', (expected, facts) => {
    expect(() => encodeFacts(facts as Atom[])).toThrow(code(expected));
    expect(() => decodeFacts(encodeCbor(facts as CborValue))).toThrow(code(expected));
  });

  test('a lone surrogate is no text', () => {
    expect(() => encodeFacts([['a', '\ud800']])).toThrow(code('trust/facts-atom'));
  });

  test.each([
    new Uint8Array(0),
    encodeCbor('a'),
    encodeCbor([['a', ['b']]]),
    new Uint8Array([...encodeFacts([['a']]), 0]),
    new Uint8Array(4097),
  ])('trust/facts-malformed: %#', (bytes) => {
    expect(() => decodeFacts(bytes)).toThrow(code('trust/facts-malformed'));
  });
});
