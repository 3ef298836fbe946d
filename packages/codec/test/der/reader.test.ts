import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../../src/bytes.ts';
import { DerReader, readDer } from '../../src/der/reader.ts';
import { readSetOf } from '../../src/der/set-of.ts';
import { holdsUnderMutation } from '../mutation.ts';
import { codeOf, refusalOf } from '../refusal.ts';

const read = <Value>(hex: string, how: (reader: DerReader) => Value): Value =>
  readDer(fromHex(hex), 1024, how);

describe('values of X.690 are read', () => {
  test('8.19.5: {2 100 3}', () => {
    expect(read('0603813403', (reader) => reader.objectIdentifier())).toBe('2.100.3');
  });
  test('8.6.4.2: a BIT STRING with four unused bits', () => {
    expect(read('0307040a3b5f291cd0', (reader) => reader.bitString())).toEqual({
      unusedBits: 4,
      bytes: fromHex('0a3b5f291cd0'),
    });
  });
  test('8.2.2: TRUE, as DER has it', () => {
    expect(read('0101ff', (reader) => reader.boolean())).toBe(true);
    expect(read('010100', (reader) => reader.boolean())).toBe(false);
  });
  test.each([
    ['020100', 0n],
    ['02017f', 127n],
    ['02020080', 128n],
    ['0201ff', -1n],
    ['020180', -128n],
    ['0202ff7f', -129n],
    ['0209008000000000000000', 2n ** 63n],
  ])('INTEGER %s', (hex, value) => {
    expect(read(hex, (reader) => reader.integer())).toBe(value);
  });
  test.each([
    ['170d3439313233313233353935395a', (reader: DerReader) => reader.utcTime(), '2049-12-31T23:59:59Z'],
    ['170d3530303130313030303030305a', (reader: DerReader) => reader.utcTime(), '1950-01-01T00:00:00Z'],
    ['170d3030303232393030303030305a', (reader: DerReader) => reader.utcTime(), '2000-02-29T00:00:00Z'],
    [
      '180f39393939313233313233353935395a',
      (reader: DerReader) => reader.generalizedTime(),
      '9999-12-31T23:59:59Z',
    ],
    [
      '180f30303030303330313030303030305a',
      (reader: DerReader) => reader.generalizedTime(),
      '0000-03-01T00:00:00Z',
    ],
  ])('time %s', (hex, how, expected) => {
    expect(read(hex, how)).toBe(Date.parse(expected));
  });
});

describe('what DER does not allow is refused by name', () => {
  const any = (reader: DerReader) => reader.any();
  test.each([
    ['', 'codec/der-truncated'],
    ['02', 'codec/der-truncated'],
    ['0202', 'codec/der-truncated'],
    ['020201', 'codec/der-truncated'],
    ['0281', 'codec/der-truncated'],
    ['02820001', 'codec/der-length-not-minimal'],
    ['02810101', 'codec/der-length-not-minimal'],
    ['02817f00', 'codec/der-length-not-minimal'],
    ['0485000000000100', 'codec/der-length-too-large'],
    ['04ff', 'codec/der-length-too-large'],
    ['0484ffffffff', 'codec/der-truncated'],
    ['30800000', 'codec/der-length-indefinite'],
    ['1f0100', 'codec/der-tag-high'],
    ['bf8a4f00', 'codec/der-tag-high'],
    ['0000', 'codec/der-tag'],
    ['0200', 'codec/der-integer-empty'],
    ['02020001', 'codec/der-integer-not-minimal'],
    ['0202ff80', 'codec/der-integer-not-minimal'],
    ['0a020001', 'codec/der-integer-not-minimal'],
    ['0100', 'codec/der-boolean'],
    ['010101', 'codec/der-boolean'],
    ['0102ffff', 'codec/der-boolean'],
    ['050100', 'codec/der-null'],
    ['0300', 'codec/der-bit-string-empty'],
    ['030101', 'codec/der-bit-string-unused'],
    ['03020800', 'codec/der-bit-string-unused'],
    ['03020101', 'codec/der-bit-string-padding'],
    ['0600', 'codec/der-oid-empty'],
    ['06022a81', 'codec/der-oid-truncated'],
    ['06032a8001', 'codec/der-oid-not-minimal'],
    ['06028001', 'codec/der-oid-not-minimal'],
    ['060a2affffffffffffffff7f', 'codec/der-oid-arc-too-large'],
    [`0641${'01'.repeat(65)}`, 'codec/der-oid-too-long'],
    ['2403040100', 'codec/der-constructed'],
    ['2c030c0141', 'codec/der-constructed'],
    ['170b303030313031303030305a', 'codec/der-time'],
    ['17113030303130313030303030302b30313030', 'codec/der-time'],
    ['170d3031303232393030303030305a', 'codec/der-time'],
    ['170d3030313330313030303030305a', 'codec/der-time'],
    ['170d3030303130313234303030305a', 'codec/der-time'],
    ['170d3030303130313030303036305a', 'codec/der-time'],
    ['170d30303031303130303030303030', 'codec/der-time'],
    ['170d3030303130312b3030303030305a', 'codec/der-time'],
    ['181132303530303130313030303030302e355a', 'codec/der-time'],
    ['0c01ff', 'codec/der-string-utf8'],
    ['0c03eda080', 'codec/der-string-utf8'],
    ['130140', 'codec/der-string-character'],
    ['160180', 'codec/der-string-character'],
    ['1e0141', 'codec/der-string-character'],
    ['1e02d800', 'codec/der-string-character'],
    ['050000', 'codec/der-trailing'],
    ['3003020100ff', 'codec/der-trailing'],
    ['30020201', 'codec/der-truncated'],
  ])('%s: %s', (hex, code) => {
    expect(codeOf(() => read(hex, any))).toBe(code);
  });

  test('a primitive string in pieces, where a primitive one is expected', () => {
    expect(codeOf(() => read('2403040100', (reader) => reader.octetString()))).toBe('codec/der-constructed');
  });
  test('another element than the expected one, with its place', () => {
    const error = refusalOf(() =>
      read('30050201000500', (reader) => {
        const inner = reader.sequence();
        inner.integer();
        inner.integer();
      }),
    );
    expect(error.code).toBe('codec/der-tag');
    expect(error.detail).toEqual({ offset: 5 });
  });
  test('numbers outside their range', () => {
    for (const hex of ['0201ff', '020104', '02020100', '020900ffffffffffffffff']) {
      expect(codeOf(() => read(hex, (reader) => reader.smallInteger(3)))).toBe('codec/der-integer-range');
    }
    expect(read('020103', (reader) => reader.smallInteger(3))).toBe(3);
  });
  test('named bits that end with one that is not set', () => {
    expect(read('03020780', (reader) => reader.namedBits())).toEqual([0]);
    expect(read('030100', (reader) => reader.namedBits())).toEqual([]);
    for (const hex of ['03020680', '03020000', '0303078000']) {
      expect(codeOf(() => read(hex, (reader) => reader.namedBits()))).toBe(
        'codec/der-named-bits-trailing-zero',
      );
    }
  });
  test('bits beyond whole octets', () => {
    expect(codeOf(() => read('03020780', (reader) => reader.wholeOctets()))).toBe(
      'codec/der-bit-string-whole',
    );
  });
  test('nesting without end', () => {
    let deep = new Uint8Array(0);
    for (let level = 0; level < 40; level += 1) deep = Uint8Array.of(0x30, deep.length, ...deep);
    expect(codeOf(() => readDer(deep, 1024, any))).toBe('codec/der-too-deep');
  });
  test('more than the structure may be long', () => {
    expect(codeOf(() => readDer(new Uint8Array(1025), 1024, any))).toBe('codec/der-too-large');
  });
});

test('the elements of a SET OF must ascend; equal ones may stand side by side', () => {
  const readSet = (hex: string) => read(hex, (reader) => readSetOf(reader.set(), (set) => set.any().length));
  expect(readSet('3106020101020102')).toEqual([3, 3]);
  expect(readSet('3106020101020101')).toEqual([3, 3]);
  expect(readSet('310702010102020100')).toEqual([3, 4]);
  expect(codeOf(() => readSet('3106020102020101'))).toBe('codec/der-set-order');
});

test('the cache of identifiers never answers for another one', () => {
  const arcs = fc.tuple(fc.nat(2), fc.nat(39), fc.array(fc.nat(2 ** 30), { maxLength: 6 }));
  fc.assert(
    fc.property(fc.array(arcs, { minLength: 1, maxLength: 40 }), (identifiers) => {
      for (const [first, second, rest] of identifiers) {
        const octets = [first * 40 + second];
        for (const arc of rest) {
          const group = [arc & 0x7f];
          for (let high = Math.floor(arc / 128); high > 0; high = Math.floor(high / 128))
            group.unshift((high & 0x7f) | 0x80);
          octets.push(...group);
        }
        const der = Uint8Array.of(0x06, octets.length, ...octets);
        expect(new DerReader(der).objectIdentifier()).toBe([first, second, ...rest].join('.'));
      }
    }),
    { numRuns: 50 },
  );
});

test('what a Buffer held before is not what its next identifier is taken for', () => {
  const buffer = Buffer.from('06032a0304', 'hex');
  expect(new DerReader(buffer).objectIdentifier()).toBe('1.2.3.4');
  buffer[4] = 5;
  expect(new DerReader(buffer).objectIdentifier()).toBe('1.2.3.5');
  expect(new DerReader(fromHex('06032a0304')).objectIdentifier()).toBe('1.2.3.4');
  expect(new DerReader(fromHex('06032a0305')).objectIdentifier()).toBe('1.2.3.5');
});

test('damaged input is read or refused, nothing else', () => {
  const good = fromHex(
    '3028020101300d06092a864886f70d01010b05000c02c3a9170d3439313233313233353935395a0101ff',
  );
  expect(readDer(good, 1024, (reader) => reader.any())).toEqual(good);
  holdsUnderMutation(good, (bytes) => readDer(bytes, 1024, (reader) => reader.any()));
});
