import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex } from '../../src/bytes.ts';
import { type DecodeCborOptions, decodeCbor } from '../../src/cbor/decode.ts';
import { encodeCbor } from '../../src/cbor/encode.ts';
import { CborSimple, CborTag, type CborValue } from '../../src/cbor/value.ts';
import { codeOf, refusalOf } from '../refusal.ts';

const refused = (hex: string, options?: DecodeCborOptions) =>
  refusalOf(() => decodeCbor(fromHex(hex), options));

// RFC 8949 Appendix F.1, the examples of input that is not well-formed.
const notWellFormed: Readonly<Record<string, string>> = {
  'codec/cbor-truncated': `18 19 1a 1b 1901 1a0102 1b01020304050607 38 58 78 98 9a01ff00 b8 d8 f8 f900 fa0000 fb000000
    41 61 5affffffff00 5bffffffffffffffff010203 7affffffff00 7b7fffffffffffffff010203
    81 818181818181818181 8200 a1 a20102 a100 a2000000 c0`,
  'codec/cbor-indefinite-length': `5f4100 7f6100 9f 9f0102 bf bf01020102 819f 9f8000 9f9f9f9f9fffffffff
    9f819f819f9fffffff 5f00ff 5f21ff 5f6100ff 5f80ff 5fa0ff 5fc000ff 5fe0ff 7f4100ff 5f5f4100ffff 7f7f6100ffff
    9f81ff 9f829f819f9fffffffff bf00ff bf000000ff`,
  'codec/cbor-reserved': `1c 1d 1e 3c 3d 3e 5c 5d 5e 7c 7d 7e 9c 9d 9e bc bd be dc dd de fc fd fe 1f 3f df`,
  'codec/cbor-simple-invalid': 'f800 f801 f818 f81f',
  'codec/cbor-unexpected-break': 'ff 81ff 8200ff a1ff00 a100ff a20000ff00',
};

describe('RFC 8949 Appendix F.1', () => {
  const examples = Object.entries(notWellFormed).flatMap(([code, list]) =>
    list.split(/\s+/).map((hex) => [hex, code] as const),
  );
  test.each(examples)('%s: %s', (hex, code) => {
    expect(refused(hex).code).toBe(code);
    expect(refused(hex, { deterministic: false }).code).toBe(code);
  });
});

describe('not deterministic', () => {
  test.each([
    ['1800', 0, '00'],
    ['1817', 23, '17'],
    ['190017', 23, '17'],
    ['1900ff', 255, '18ff'],
    ['1a0000ffff', 65_535, '19ffff'],
    ['1b00000000ffffffff', 4_294_967_295, '1affffffff'],
    ['3817', -24, '37'],
    ['5801ff', fromHex('ff'), '41ff'],
    ['780161', 'a', '6161'],
    ['980101', [1], '8101'],
    ['b8010102', new Map([[1, 2]]), 'a10102'],
    ['d80101', new CborTag(1, 1), 'c101'],
    ['fa3fc00000', 1.5, 'f93e00'],
    ['fb3ff8000000000000', 1.5, 'f93e00'],
    ['fb3ff1a36e20000000', Math.fround(1.1024), undefined],
    ['fa33800000', 2 ** -24, 'f90001'],
    ['c240', 0, '00'],
    ['c24101', 1, '01'],
    ['c248ffffffffffffffff', 2n ** 64n - 1n, '1bffffffffffffffff'],
    ['c348ffffffffffffffff', -(2n ** 64n), '3bffffffffffffffff'],
    ['c24a00010000000000000000', 2n ** 64n, 'c249010000000000000000'],
  ])('%s is longer than need be', (hex, value, shortest) => {
    expect(refused(hex).code).toBe('codec/cbor-not-shortest');
    const relaxed = decodeCbor(fromHex(hex), { deterministic: false });
    if (shortest === undefined) return;
    expect(relaxed).toStrictEqual(value);
    expect(toHex(encodeCbor(relaxed))).toBe(shortest);
  });

  test.each(['a201000000', 'a2616200616100', 'a262616100616200', 'a3000001000000', 'a220000100'])(
    '%s has its keys out of order',
    (hex) => {
      expect(refused(hex)).toMatchObject({ code: 'codec/cbor-key-order' });
    },
  );

  test('any order is read where it is admitted', () => {
    expect(decodeCbor(fromHex('a201000002'), { deterministic: false })).toEqual(
      new Map([
        [1, 0],
        [0, 2],
      ]),
    );
  });
});

describe('duplicate keys', () => {
  test.each([
    'a200010002',
    'a2616100616100',
    'a2410100410100',
    'a2810100810100',
    'a2f97e0000f97e0000',
    'a2f600f600',
  ])('%s is refused in either mode', (hex) => {
    expect(refused(hex).code).toBe('codec/cbor-duplicate-key');
    expect(refused(hex, { deterministic: false }).code).toBe('codec/cbor-duplicate-key');
  });

  test.each([
    ['a3000101020003', 'not next to each other'],
    ['a20001180002', 'one in a longer form'],
    ['a20100c2410100', 'an integer and a bignum'],
    ['a2f93e0000fa3fc0000000', 'a half and a single'],
    ['a281010081180100', 'arrays of one integer in two forms'],
    ['a2f97e0000fa7fc0000100', 'two NaNs'],
    ['a261610078016100', 'a text with a longer head'],
  ])('%s is refused in the relaxed mode, too: %s', (hex) => {
    expect(refused(hex, { deterministic: false }).code).toBe('codec/cbor-duplicate-key');
  });

  test('the place of the second key is told', () => {
    expect(refused('a200010002').detail).toEqual({ offset: 3 });
  });

  test.each<[string, Map<CborValue, CborValue>]>([
    [
      '1 and 1n',
      new Map<CborValue, CborValue>([
        [1, 0],
        [1n, 0],
      ]),
    ],
    [
      'two equal byte strings',
      new Map([
        [fromHex('01'), 0],
        [fromHex('01'), 0],
      ]),
    ],
    [
      'two equal arrays with others between',
      new Map<CborValue, CborValue>([
        [[1], 0],
        ['a', 0],
        [[1], 1],
      ]),
    ],
  ])('%s cannot be encoded as keys of one map', (_, map) => {
    expect(codeOf(() => encodeCbor(map))).toBe('codec/cbor-duplicate-key');
  });
});

describe('content', () => {
  test.each(['62c080', '63eda080', '61ff', '62e282', '64f4908080'])('%s holds malformed UTF-8', (hex) => {
    expect(refused(hex)).toMatchObject({ code: 'codec/cbor-malformed-utf8', detail: { offset: 0 } });
  });

  test('malformed UTF-8 is seen in a long text, and after ASCII', () => {
    const text = concatBytes(fromHex('7840'), new Uint8Array(63).fill(0x61), fromHex('ff'));
    expect(codeOf(() => decodeCbor(text))).toBe('codec/cbor-malformed-utf8');
    expect(refused('646161c328').code).toBe('codec/cbor-malformed-utf8');
  });

  test.each(['c200', 'c26161', 'c280', 'c3f6', 'c2c249010000000000000000'])(
    '%s is a bignum of something else than octets',
    (hex) => {
      expect(refused(hex).code).toBe('codec/cbor-bignum-malformed');
    },
  );

  test.each(['0000', 'f600', '8000', '6161ff'])('%s goes on behind the item', (hex) => {
    expect(refused(hex).code).toBe('codec/cbor-trailing-bytes');
  });

  test('nothing at all is no item', () => {
    expect(refused('')).toMatchObject({ code: 'codec/cbor-truncated', detail: { offset: 0 } });
  });
});

describe('bounds', () => {
  const nested = (depth: number) => fromHex(`${'81'.repeat(depth)}00`);

  test('depth: 16 unless given, and arrays, maps and tags count alike', () => {
    expect(toHex(encodeCbor(decodeCbor(nested(16))))).toBe(toHex(nested(16)));
    expect(refusalOf(() => decodeCbor(nested(17)))).toMatchObject({
      code: 'codec/cbor-too-deep',
      detail: { offset: 16 },
    });
    expect(codeOf(() => decodeCbor(nested(4), { maxDepth: 3 }))).toBe('codec/cbor-too-deep');
    expect(codeOf(() => decodeCbor(fromHex('c1c1c100'), { maxDepth: 2 }))).toBe('codec/cbor-too-deep');
    expect(codeOf(() => decodeCbor(fromHex('a100a100a10000'), { maxDepth: 2 }))).toBe('codec/cbor-too-deep');
    expect(decodeCbor(fromHex('00'), { maxDepth: 0 })).toBe(0);
  });

  test('depth: no option lifts it beyond what the stack bears', () => {
    const limits = { maxDepth: Number.POSITIVE_INFINITY, maxItems: 1e6 };
    expect(codeOf(() => decodeCbor(nested(200_000), limits))).toBe('codec/cbor-too-deep');
    expect(() => decodeCbor(nested(1024), limits)).not.toThrow();
  });

  test('items: each element, key, value and tag counts', () => {
    expect(codeOf(() => decodeCbor(fromHex('83010203'), { maxItems: 3 }))).toBe('codec/cbor-too-many-items');
    expect(decodeCbor(fromHex('83010203'), { maxItems: 4 })).toEqual([1, 2, 3]);
    expect(codeOf(() => decodeCbor(fromHex('a10102'), { maxItems: 2 }))).toBe('codec/cbor-too-many-items');
    expect(codeOf(() => decodeCbor(fromHex('c1c100'), { maxItems: 2 }))).toBe('codec/cbor-too-many-items');
    expect(codeOf(() => decodeCbor(concatBytes(fromHex('9a00010000'), new Uint8Array(65_536))))).toBe(
      'codec/cbor-too-many-items',
    );
  });

  test('size: one octet too many is refused before anything is read', () => {
    expect(codeOf(() => decodeCbor(fromHex('4100'), { maxBytes: 1 }))).toBe('codec/cbor-too-large');
    expect(codeOf(() => decodeCbor(new Uint8Array((1 << 20) + 1).fill(0xff)))).toBe('codec/cbor-too-large');
  });

  test.each([
    '9affffffff',
    '9bffffffffffffffff',
    'baffffffff',
    'bb7fffffffffffffff',
    '5affffffff',
    '7bffffffffffffffff',
  ])('%s claims more than there is and costs nothing', (hex) => {
    const limits = { maxItems: Number.MAX_SAFE_INTEGER };
    expect(refused(`${hex}00`, limits).code).toBe('codec/cbor-truncated');
  });

  test('many nested false claims are refused at the first', () => {
    expect(refused('9a0000ffff'.repeat(10)).detail).toEqual({ offset: 0 });
  });
});

describe('what is decoded is a copy', () => {
  test('a byte string does not change with the input, a Buffer least of all', () => {
    for (const input of [fromHex('4401020304'), Buffer.from('4401020304', 'hex')]) {
      const value = decodeCbor(input) as Uint8Array;
      input.fill(0);
      expect(Object.getPrototypeOf(value)).toBe(Uint8Array.prototype);
      expect(value).toEqual(fromHex('01020304'));
    }
  });

  test('encodings do not share memory', () => {
    const first = encodeCbor('first');
    encodeCbor('second');
    expect(toHex(first)).toBe('656669727374');
    expect(first.buffer.byteLength).toBe(first.length);
  });
});

describe('what has no encoding', () => {
  test.each<[string, unknown, string]>([
    ['a plain object', { a: 1 }, 'codec/cbor-unsupported-value'],
    ['a Date', new Date(0), 'codec/cbor-unsupported-value'],
    ['a Set', new Set(), 'codec/cbor-unsupported-value'],
    ['a function', () => 0, 'codec/cbor-unsupported-value'],
    ['a symbol', Symbol('s'), 'codec/cbor-unsupported-value'],
    ['another typed array', new Uint16Array(1), 'codec/cbor-unsupported-value'],
    ['an object without a prototype', Object.create(null), 'codec/cbor-unsupported-value'],
    ['a short text with a lone surrogate', 'a\ud800', 'codec/cbor-lone-surrogate'],
    ['a long text with a lone surrogate', `${'a'.repeat(100)}\udc00`, 'codec/cbor-lone-surrogate'],
    ['a bignum in a CborTag', new CborTag(2, fromHex('01')), 'codec/cbor-bignum-malformed'],
  ])('%s', (_, value, code) => {
    expect(codeOf(() => encodeCbor(value as CborValue))).toBe(code);
    expect(codeOf(() => encodeCbor([1, new Map([['k', value as CborValue]])]))).toBe(code);
    expect(toHex(encodeCbor([1]))).toBe('8101');
  });

  test('a value that contains itself', () => {
    const cycle: CborValue[] = [];
    cycle.push(cycle);
    expect(codeOf(() => encodeCbor(cycle))).toBe('codec/cbor-too-deep');
  });

  test.each([-1, 1.5, 2 ** 53, -1n, 2n ** 64n, Number.NaN])('no tag has the number %s', (tag) => {
    expect(codeOf(() => new CborTag(tag, 0))).toBe('codec/cbor-tag-invalid');
  });

  test.each([-1, 20, 23, 24, 31, 256, 1.5, Number.NaN])('no unassigned simple value is %s', (value) => {
    expect(codeOf(() => new CborSimple(value))).toBe('codec/cbor-simple-invalid');
  });

  test('a tag beyond 2^53 is a bigint, below it a number', () => {
    expect(decodeCbor(fromHex('dbffffffffffffffff00'))).toStrictEqual(new CborTag(2n ** 64n - 1n, 0));
    expect(new CborTag(5n, 0).tag).toBe(5);
  });
});
