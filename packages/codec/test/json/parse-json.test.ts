import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KitenError } from '../../src/error.ts';
import { parseJsonStrict } from '../../src/json/parse-json.ts';
import { codeOf, refusalOf } from '../refusal.ts';

describe('JSON.parse as oracle', () => {
  /** What JSON.parse takes silently: it keeps one of two members, and rounds to infinity or zero. */
  const stricter = ['codec/json-duplicate-name', 'codec/json-number-range', 'codec/json-number-inexact'];

  test('any JSON text, however spaced, yields the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, '\t', '\r\n'), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(parseJsonStrict(text)).toStrictEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  test('what it refuses is refused, and what is accepted has its value', () => {
    const pieces = [
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      '"a"',
      '"b"',
      '\\',
      '\\u',
      '\\u0041',
      '\\n',
      '/',
      '1',
      '0',
      '-',
      '.5',
    ];
    const more = [
      'e3',
      'E+1',
      'true',
      'false',
      'null',
      'nul',
      ' ',
      '\n',
      '\t',
      '\u00a0',
      '\u0000',
      '\ufeff',
      'é',
      '+',
      "'",
    ];
    let accepted = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces, ...more), { maxLength: 9 }), (list) => {
        const text = list.join('');
        let ours: unknown;
        try {
          ours = parseJsonStrict(text);
        } catch (error) {
          if (!(error instanceof KitenError)) throw error;
          expect(error.code).toMatch(/^codec\/json-[a-z0-9-]+$/);
          expect(error.detail?.offset).toSatisfy((offset: number) => offset >= 0 && offset <= text.length);
          if (!stricter.includes(error.code)) expect(() => JSON.parse(text)).toThrow();
          return;
        }
        expect(ours).toStrictEqual(JSON.parse(text));
        accepted += 1;
      }),
      { numRuns: 4000 },
    );
    expect(accepted).toBeGreaterThan(40);
  });
});

describe('grammar', () => {
  test.each([
    ['', 'codec/json-truncated', 0],
    ['   ', 'codec/json-truncated', 3],
    ['[1,', 'codec/json-truncated', 3],
    ['{"a"', 'codec/json-truncated', 4],
    ['"abc', 'codec/json-truncated', 0],
    ['"abc\\', 'codec/json-escape-invalid', 4],
    ['[1,]', 'codec/json-unexpected', 3],
    ['{"a":1,}', 'codec/json-unexpected', 7],
    ['{a:1}', 'codec/json-unexpected', 1],
    ["{'a':1}", 'codec/json-unexpected', 1],
    ['[1 2]', 'codec/json-unexpected', 3],
    ['[01]', 'codec/json-unexpected', 2],
    ['[+1]', 'codec/json-unexpected', 1],
    ['[.5]', 'codec/json-unexpected', 1],
    ['[1.]', 'codec/json-unexpected', 2],
    ['[-]', 'codec/json-unexpected', 1],
    ['[1e]', 'codec/json-unexpected', 2],
    ['[NaN]', 'codec/json-unexpected', 1],
    ['[Infinity]', 'codec/json-unexpected', 1],
    ['[0x10]', 'codec/json-unexpected', 2],
    ['[1_000]', 'codec/json-unexpected', 2],
    ['[truefalse]', 'codec/json-unexpected', 5],
    ['/* */ 1', 'codec/json-unexpected', 0],
    ['\ufeff1', 'codec/json-unexpected', 0],
    ['\u00a01', 'codec/json-unexpected', 0],
    ['1 1', 'codec/json-trailing-text', 2],
    ['{}}', 'codec/json-trailing-text', 2],
    ['"\t"', 'codec/json-control-character', 1],
    ['"a\u0000"', 'codec/json-control-character', 2],
    ['"\u001f"', 'codec/json-control-character', 1],
    ['"a\nb"', 'codec/json-control-character', 2],
    ['"\\x41"', 'codec/json-escape-invalid', 1],
    ['"\\u00g0"', 'codec/json-escape-invalid', 1],
    ['"\\u12"', 'codec/json-escape-invalid', 1],
    ['"\\\'"', 'codec/json-escape-invalid', 1],
  ])('%j: %s at %i', (text, code, offset) => {
    expect(refusalOf(() => parseJsonStrict(text))).toMatchObject({ code, detail: { offset } });
  });

  test('every escape is understood, and U+2028 needs none', () => {
    expect(parseJsonStrict(String.raw`"\"\\\/\b\f\n\r\t\u00E9\ud83d\uDE00"`)).toBe('"\\/\b\f\n\r\té😀');
    expect(parseJsonStrict('"\u2028\u007f"')).toBe('\u2028\u007f');
  });
});

describe('duplicate names', () => {
  test.each([
    ['{"a":1,"a":1}', 7],
    [String.raw`{"a":1,"\u0061":2}`, 7],
    ['{"__proto__":1,"__proto__":2}', 15],
    ['[{"x":{"b":1,"c":2,"b":3}}]', 19],
    ['{"":1,"":2}', 6],
  ])('%s', (text, offset) => {
    expect(refusalOf(() => parseJsonStrict(text))).toMatchObject({
      code: 'codec/json-duplicate-name',
      detail: { offset },
    });
  });

  test('names that every object inherits are not duplicates', () => {
    expect(parseJsonStrict('{"constructor":1,"toString":2,"hasOwnProperty":3}')).toEqual({
      constructor: 1,
      toString: 2,
      hasOwnProperty: 3,
    });
  });
});

test('__proto__ is a name like any other', () => {
  const object = parseJsonStrict('{"__proto__":{"admin":true}}') as Record<string, unknown>;
  expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
  expect(Object.keys(object)).toEqual(['__proto__']);
  expect('admin' in object).toBe(false);
  expect(JSON.stringify(object)).toBe('{"__proto__":{"admin":true}}');
});

test.each([
  '"\ud800"',
  '"\udc00a"',
  String.raw`"\ud800"`,
  String.raw`"\udc00\ud800"`,
  '"\\ud83d\ude00"',
  '{"\\udfff":1}',
])('a lone surrogate in %j is refused', (text) => {
  expect(codeOf(() => parseJsonStrict(text))).toBe('codec/json-lone-surrogate');
});

describe('numbers keep their value', () => {
  test.each([
    ['9007199254740991', 2 ** 53 - 1],
    ['9007199254740992', 2 ** 53],
    ['1152921504606846976', 2 ** 60],
    ['1152921504606847000', 2 ** 60],
    ['100000000000000000000', 1e20],
    ['-0', -0],
    ['1e3', 1000],
    ['0.1', 0.1],
    ['0e999', 0],
    ['5e-324', 5e-324],
    ['1.7976931348623157e308', Number.MAX_VALUE],
  ])('%s', (text, value) => {
    expect(parseJsonStrict(text)).toBe(value);
  });

  test.each([
    ['9007199254740993', 'codec/json-number-inexact'],
    ['-9223372036854775807', 'codec/json-number-inexact'],
    ['18446744073709551615', 'codec/json-number-inexact'],
    ['1e309', 'codec/json-number-range'],
    ['-1e999', 'codec/json-number-range'],
    ['1e-400', 'codec/json-number-range'],
    ['0.1e-400', 'codec/json-number-range'],
    [`1${'0'.repeat(309)}`, 'codec/json-number-range'],
    ['1'.repeat(10_000), 'codec/json-number-range'],
  ])('%s is refused', (text, code) => {
    expect(codeOf(() => parseJsonStrict(`[${text}]`))).toBe(code);
  });

  test('or are exact, where bigints are wanted', () => {
    const exact = (text: string) => parseJsonStrict(text, { bigIntegers: true });
    expect(exact('9223372036854775807')).toBe(2n ** 63n - 1n);
    expect(exact('-9223372036854775808')).toBe(-(2n ** 63n));
    expect(exact('9007199254740992')).toBe(2n ** 53n);
    expect(exact('9007199254740991')).toBe(2 ** 53 - 1);
    expect(exact('1e20')).toBe(1e20);
    expect(exact('[7, 9007199254740993]')).toEqual([7, 9007199254740993n]);
    expect(codeOf(() => exact('1'.repeat(10_000)))).toBe('codec/json-number-range');
  });
});

describe('bounds', () => {
  test('depth: 64 unless given, arrays and objects alike', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseJsonStrict(nested(64))).toEqual(JSON.parse(nested(64)));
    expect(refusalOf(() => parseJsonStrict(nested(65)))).toMatchObject({
      code: 'codec/json-too-deep',
      detail: { offset: 64 },
    });
    expect(codeOf(() => parseJsonStrict('{"a":[1]}', { maxDepth: 1 }))).toBe('codec/json-too-deep');
    expect(parseJsonStrict('1', { maxDepth: 0 })).toBe(1);
    const limits = { maxDepth: Number.POSITIVE_INFINITY };
    expect(codeOf(() => parseJsonStrict(nested(100_000), limits))).toBe('codec/json-too-deep');
  });

  test('size: in octets of UTF-8', () => {
    for (const text of ['"aaaa"', '"éé"', '"水a"', '"😀"']) {
      const octets = new TextEncoder().encode(text).length;
      expect(octets).toBe(6);
      expect(parseJsonStrict(text, { maxBytes: octets })).toBe(JSON.parse(text));
      expect(codeOf(() => parseJsonStrict(text, { maxBytes: octets - 1 }))).toBe('codec/json-too-large');
    }
    expect(codeOf(() => parseJsonStrict(' '.repeat((1 << 20) + 1)))).toBe('codec/json-too-large');
  });

  test('a string of the greatest length is read', () => {
    const text = `"${'\\n'.repeat(500_000)}"`;
    expect(parseJsonStrict(text)).toBe('\n'.repeat(500_000));
  });
});
