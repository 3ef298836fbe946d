import { cdeDecodeOptions, cdeEncodeOptions, decode, encode } from 'cbor2';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes, toHex } from '../../src/bytes.ts';
import { decodeCbor } from '../../src/cbor/decode.ts';
import { encodeCbor } from '../../src/cbor/encode.ts';
import type { CborValue } from '../../src/cbor/value.ts';
import { KitenError } from '../../src/error.ts';
import { cborValue, commonValue } from './arbitrary.ts';

const limits = { maxDepth: 64 };

/** The value, or the KitenError with a code of this decoder; anything else fails the test. */
function attempt(bytes: Uint8Array, deterministic = true): { value: CborValue } | { error: KitenError } {
  try {
    return { value: decodeCbor(bytes, { ...limits, deterministic }) };
  } catch (error) {
    if (!(error instanceof KitenError)) throw error;
    expect(error.code).toMatch(/^codec\/cbor-[a-z0-9-]+$/);
    expect(error.detail?.offset).toSatisfy((offset: number) => offset >= 0 && offset <= bytes.length);
    return { error };
  }
}

test('what is encoded comes back', () => {
  fc.assert(
    fc.property(cborValue, (value) => {
      expect(decodeCbor(encodeCbor(value), limits)).toStrictEqual(value);
    }),
    { numRuns: 300 },
  );
});

test('a map has one encoding, in whatever order it was filled', () => {
  const entries = fc.uniqueArray(fc.tuple(fc.oneof(fc.string(), fc.integer()), cborValue), {
    selector: ([key]) => key,
  });
  fc.assert(
    fc.property(entries, fc.infiniteStream(fc.nat()), (list, numbers) => {
      const shuffled = list
        .map((entry) => ({ entry, rank: numbers.next().value as number }))
        .sort((left, right) => left.rank - right.rank)
        .map(({ entry }) => entry);
      expect(toHex(encodeCbor(new Map(shuffled)))).toBe(toHex(encodeCbor(new Map(list))));
    }),
  );
});

describe('input that was tampered with', () => {
  const tampered = fc
    .tuple(cborValue, fc.nat(), fc.constantFrom('change', 'cut', 'insert', 'remove', 'extend'), fc.nat(255))
    .map(([value, place, kind, octet]) => {
      const bytes = [...encodeCbor(value)];
      const at = place % bytes.length;
      if (kind === 'change') bytes[at] = octet;
      else if (kind === 'cut') bytes.length = at;
      else if (kind === 'insert') bytes.splice(at, 0, octet);
      else if (kind === 'remove') bytes.splice(at, 1);
      else bytes.push(octet);
      return Uint8Array.from(bytes);
    });
  const soup = fc.array(
    fc.oneof(
      fc.nat(255),
      fc.constantFrom(0x00, 0x18, 0x41, 0x61, 0x81, 0xa1, 0xa2, 0xc2, 0xf9, 0xfa, 0x3c, 0x7e),
    ),
    { maxLength: 14 },
  );
  const input = fc.oneof(
    tampered,
    soup.map((octets) => Uint8Array.from(octets)),
  );

  test('is refused with a code and a place, or is the deterministic encoding of what it yields', () => {
    fc.assert(
      fc.property(input, (bytes) => {
        const result = attempt(bytes);
        if ('value' in result) expect(toHex(encodeCbor(result.value))).toBe(toHex(bytes));
      }),
      { numRuns: 2500 },
    );
  });

  test('the relaxed mode yields the same for what is deterministic, and otherwise what can be encoded', () => {
    fc.assert(
      fc.property(input, (bytes) => {
        const strict = attempt(bytes);
        const relaxed = attempt(bytes, false);
        if ('value' in strict) expect(relaxed).toStrictEqual(strict);
        else if ('value' in relaxed) {
          const again = encodeCbor(relaxed.value);
          expect(compareBytes(again, bytes)).not.toBe(0);
          expect(decodeCbor(again, limits)).toStrictEqual(relaxed.value);
        }
      }),
      { numRuns: 2500 },
    );
  });

  test('every truncation is refused', () => {
    fc.assert(
      fc.property(cborValue, (value) => {
        const bytes = encodeCbor(value);
        for (let end = 0; end < bytes.length; end += 1) {
          expect('error' in attempt(bytes.subarray(0, end))).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('cbor2 as oracle', () => {
  test('writes the same bytes', () => {
    fc.assert(
      fc.property(commonValue, (value) => {
        expect(toHex(encodeCbor(value))).toBe(toHex(encode(value, cdeEncodeOptions)));
      }),
      { numRuns: 300 },
    );
  });

  test('reads the same values', () => {
    fc.assert(
      fc.property(commonValue, (value) => {
        const bytes = encodeCbor(value);
        const theirs: unknown = decode(bytes, { ...cdeDecodeOptions, preferMap: true });
        expect(decodeCbor(bytes, limits)).toStrictEqual(theirs);
      }),
      { numRuns: 300 },
    );
  });

  test('accepts integers, strings, arrays and maps exactly where this decoder does', () => {
    const heads = [
      0x00, 0x17, 0x18, 0x19, 0x20, 0x38, 0x40, 0x41, 0x61, 0x62, 0x80, 0x81, 0x82, 0xa0, 0xa1, 0xa2, 0x9f,
    ];
    const octets = fc.array(fc.oneof(fc.constantFrom(...heads, 0xf4, 0xf6, 0xff), fc.nat(0xbf)), {
      maxLength: 10,
    });
    let accepted = 0;
    fc.assert(
      fc.property(octets, (list) => {
        const bytes = Uint8Array.from(list);
        const result = attempt(bytes);
        let theirs: unknown;
        try {
          theirs = decode(bytes, { ...cdeDecodeOptions, preferMap: true });
        } catch {
          expect(result).toHaveProperty('error');
          return;
        }
        expect(result).toStrictEqual({ value: theirs });
        accepted += 1;
      }),
      { numRuns: 2500 },
    );
    expect(accepted).toBeGreaterThan(40);
  });
});
