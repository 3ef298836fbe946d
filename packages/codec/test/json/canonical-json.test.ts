import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeUtf8, toHex } from '../../src/bytes.ts';
import { canonicalJson } from '../../src/json/canonical-json.ts';
import { parseJsonStrict } from '../../src/json/parse-json.ts';
import { codeOf } from '../refusal.ts';
import { wellFormedText } from '../text.ts';

// RFC 8785 Appendix B.
test.each([
  ['0000000000000000', '0'],
  ['8000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['7fefffffffffffff', '1.7976931348623157e+308'],
  ['ffefffffffffffff', '-1.7976931348623157e+308'],
  ['4340000000000000', '9007199254740992'],
  ['c340000000000000', '-9007199254740992'],
  ['4430000000000000', '295147905179352830000'],
  ['44b52d02c7e14af5', '9.999999999999997e+22'],
  ['44b52d02c7e14af6', '1e+23'],
  ['44b52d02c7e14af7', '1.0000000000000001e+23'],
  ['444b1ae4d6e2ef4e', '999999999999999700000'],
  ['444b1ae4d6e2ef4f', '999999999999999900000'],
  ['444b1ae4d6e2ef50', '1e+21'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
])('RFC 8785 Appendix B: %s is %s', (bits, text) => {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${bits}`));
  expect(canonicalJson(view.getFloat64(0))).toBe(text);
});

test('RFC 8785 §3.2.2 and §3.2.4: the example and its octets', () => {
  const text = String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`;
  const canonical = canonicalJson(parseJsonStrict(text));
  expect(canonical).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
  expect(
    toHex(encodeUtf8(canonical)).startsWith('7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c'),
  ).toBe(true);
});

test('RFC 8785 §3.2.3: names are in the order of their UTF-16 code units', () => {
  const text = String.raw`{
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis"
  }`;
  expect(Object.values(JSON.parse(canonicalJson(parseJsonStrict(text))))).toHaveLength(7);
  expect(canonicalJson(parseJsonStrict(text)).match(/:"[^"]*"/g)).toEqual([
    ':"Carriage Return"',
    ':"One"',
    ':"Control"',
    ':"Latin Small Letter O With Diaeresis"',
    ':"Euro Sign"',
    ':"Emoji: Grinning Face"',
    ':"Hebrew Letter Dalet With Dagesh"',
  ]);
});

test('numbers among the names are in the order of their digits, not of their values', () => {
  expect(canonicalJson({ 10: 'a', 9: 'b', '': 'c', 1: 'd' })).toBe('{"":"c","1":"d","10":"a","9":"b"}');
});

test('it is idempotent, and what it says is what was given', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: wellFormedText }), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(parseJsonStrict(text)).toEqual(JSON.parse(text));
    }),
    { numRuns: 200 },
  );
});

test('a bigint that a number could hold is written as that number', () => {
  expect(canonicalJson([1n, -(2n ** 53n) + 1n])).toBe('[1,-9007199254740991]');
});

describe('refused', () => {
  const cycle: unknown[] = [];
  cycle.push({ cycle });
  test.each<[string, unknown, string]>([
    ['NaN', Number.NaN, 'codec/json-number-range'],
    ['infinity', Number.NEGATIVE_INFINITY, 'codec/json-number-range'],
    ['a large bigint', 2n ** 53n, 'codec/json-number-range'],
    ['a lone surrogate in a string', 'a\ud800', 'codec/json-lone-surrogate'],
    ['a lone surrogate in a name', { '\udc00': 1 }, 'codec/json-lone-surrogate'],
    ['undefined', undefined, 'codec/json-unsupported-value'],
    ['a member that is undefined', { a: undefined }, 'codec/json-unsupported-value'],
    ['a hole', new Array(1), 'codec/json-unsupported-value'],
    ['a function', () => 0, 'codec/json-unsupported-value'],
    ['a symbol', Symbol('s'), 'codec/json-unsupported-value'],
    ['a Date', new Date(0), 'codec/json-unsupported-value'],
    ['a Map', new Map(), 'codec/json-unsupported-value'],
    ['a byte string', new Uint8Array(1), 'codec/json-unsupported-value'],
    ['a value that contains itself', cycle, 'codec/json-too-deep'],
  ])('%s', (_, value, code) => {
    expect(codeOf(() => canonicalJson(value))).toBe(code);
    expect(codeOf(() => canonicalJson({ nested: [value] }))).toBe(code);
  });
});

test('an object without a prototype, and one with an own __proto__, are written as they are', () => {
  expect(canonicalJson(Object.assign(Object.create(null), { b: 1, a: 2 }))).toBe('{"a":2,"b":1}');
  expect(canonicalJson(parseJsonStrict('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
});
