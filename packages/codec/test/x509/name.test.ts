import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../src/bytes.ts';
import { readDer } from '../../src/der/reader.ts';
import { encodeName, type Name, readName } from '../../src/x509/name.ts';
import { nameToString } from '../../src/x509/name-to-string.ts';
import { element, sequence, set } from '../der/element.ts';
import { codeOf } from '../refusal.ts';

const parse = (der: Uint8Array): Name => readDer(der, 65_536, readName);
const commonName = fromHex('0603550403');
const name = (...attributes: Uint8Array[]) => sequence(...attributes.map((attribute) => set(attribute)));
const cn = (tag: number, value: Uint8Array | string) => sequence(commonName, element(tag, value));

test('a name is encoded with the string types that its attributes have', () => {
  const der = encodeName([
    { type: 'C', value: 'JP' },
    { type: 'O', value: '工場' },
    { type: 'serialNumber', value: 'A-1' },
    { type: 'DC', value: 'example' },
    { type: '2.5.4.97', value: 'x' },
  ]);
  expect(toHex(der)).toBe(
    toHex(
      sequence(
        set(sequence(fromHex('0603550406'), element(0x13, 'JP'))),
        set(sequence(fromHex('060355040a'), element(0x0c, '工場'))),
        set(sequence(fromHex('0603550405'), element(0x13, 'A-1'))),
        set(sequence(fromHex('060a0992268993f22c640119'), element(0x16, 'example'))),
        set(sequence(fromHex('0603550461'), element(0x0c, 'x'))),
      ),
    ),
  );
});

test('names come back, joined attributes as a set', () => {
  const printable = fc.stringMatching(/^[A-Za-z0-9 .-]{1,20}$/);
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 10 })
    .filter((value) => !/[\p{Cc}]/u.test(value));
  const attribute = fc.oneof(
    fc.record({ type: fc.constantFrom('CN', 'O', 'OU', 'L', 'UID'), value: text }),
    fc.record({ type: fc.constantFrom('serialNumber', 'dnQualifier'), value: printable }),
  );
  fc.assert(
    fc.property(fc.array(attribute, { maxLength: 6 }), (attributes) => {
      expect(parse(encodeName(attributes as Name))).toEqual(attributes);
    }),
    { numRuns: 100 },
  );
  const joined: Name = [
    { type: 'O', value: 'Plant' },
    { type: 'CN', value: 'pump' },
    { type: 'serialNumber', value: '7', joined: true },
    { type: 'OU', value: 'z' },
  ];
  const read = parse(encodeName(joined));
  expect(read.map(({ type }) => type)).toEqual(['O', 'serialNumber', 'CN', 'OU']);
  expect(read.map(({ joined: flag }) => flag)).toEqual([undefined, undefined, true, undefined]);
  expect(encodeName(read)).toEqual(encodeName(joined));
});

test('all string types that are unambiguous are read', () => {
  expect(parse(name(cn(0x1e, fromHex('5de55834'))))[0]?.value).toBe('工場');
  expect(parse(name(cn(0x14, 'Plant 7')))[0]?.value).toBe('Plant 7');
  expect(parse(name(cn(0x16, 'a@b')))[0]?.value).toBe('a@b');
  expect(parse(name(cn(0x0c, '\ufeffx')))[0]?.value).toBe('\ufeffx');
});

test.each([
  [
    'a teletex character that T.61 and Latin-1 read differently',
    name(cn(0x14, fromHex('e9'))),
    'codec/der-string-character',
  ],
  ['a UniversalString', name(cn(0x1c, fromHex('00000041'))), 'codec/der-string-type'],
  ['a value that is no string', name(cn(0x02, fromHex('01'))), 'codec/der-string-type'],
  ['NUL', name(cn(0x0c, 'a\0b')), 'codec/x509-name-character'],
  ['a line break', name(cn(0x0c, 'a\nb')), 'codec/x509-name-character'],
  ['an empty value', name(cn(0x0c, '')), 'codec/x509-name-value'],
  ['an empty set', sequence(set()), 'codec/x509-name-empty-set'],
  ['a set out of order', sequence(set(cn(0x0c, 'b'), cn(0x0c, 'a'))), 'codec/der-set-order'],
  [
    'a third part',
    sequence(set(sequence(commonName, element(0x0c, 'a'), element(0x05)))),
    'codec/der-trailing',
  ],
  [
    'no end of attributes',
    name(...Array.from({ length: 65 }, () => cn(0x0c, 'a'))),
    'codec/x509-name-too-long',
  ],
  ['a value without end', name(cn(0x0c, 'a'.repeat(1025))), 'codec/x509-name-too-long'],
])('%s is refused', (_, der, code) => {
  expect(codeOf(() => parse(der))).toBe(code);
});

test.each<[string, Name, string]>([
  ['an empty value', [{ type: 'CN', value: '' }], 'codec/x509-name-value'],
  ['a long common name', [{ type: 'CN', value: 'a'.repeat(65) }], 'codec/x509-name-value'],
  ['a country of three letters', [{ type: 'C', value: 'JPN' }], 'codec/x509-name-value'],
  ['a country of one letter', [{ type: '2.5.4.6', value: 'J' }], 'codec/x509-name-value'],
  ['an underscore in a serial number', [{ type: 'serialNumber', value: 'a_b' }], 'codec/x509-name-value'],
  ['a control character', [{ type: 'CN', value: 'a\u0007' }], 'codec/x509-name-character'],
  ['a first attribute that joins', [{ type: 'CN', value: 'a', joined: true }], 'codec/x509-name-joined'],
  ['no identifier', [{ type: '2.x', value: 'a' }], 'codec/der-oid-malformed'],
])('%s is not written', (_, fields, code) => {
  expect(codeOf(() => encodeName(fields))).toBe(code);
});

describe('the examples of RFC 4514 §4', () => {
  test.each<[Name, string]>([
    [
      [
        { type: 'DC', value: 'net' },
        { type: 'DC', value: 'example' },
        { type: 'UID', value: 'jsmith' },
      ],
      'UID=jsmith,DC=example,DC=net',
    ],
    [
      [
        { type: 'DC', value: 'net' },
        { type: 'OU', value: 'Sales' },
        { type: 'CN', value: 'J.  Smith', joined: true },
      ],
      'OU=Sales+CN=J.  Smith,DC=net',
    ],
    [
      [
        { type: 'DC', value: 'net' },
        { type: 'CN', value: 'James "Jim" Smith, III' },
      ],
      'CN=James \\"Jim\\" Smith\\, III,DC=net',
    ],
    [[{ type: '1.3.6.1.4.1.1466.0', value: 'Hi' }], '1.3.6.1.4.1.1466.0=#0c024869'],
  ])('%j', (fields, text) => {
    expect(nameToString(fields)).toBe(text);
  });
  test('blanks and # at the ends', () => {
    expect(nameToString([{ type: 'CN', value: ' a ' }])).toBe('CN=\\ a\\ ');
    expect(nameToString([{ type: 'CN', value: '#a' }])).toBe('CN=\\#a');
    expect(nameToString([{ type: 'CN', value: ' ' }])).toBe('CN=\\ ');
    expect(nameToString([])).toBe('');
  });
});
