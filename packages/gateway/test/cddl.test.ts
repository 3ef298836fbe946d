import { CborFloat, CborTag, type CborValue, decodeCbor, encodeCbor, KitenError } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileCddl } from '../src/payload/cddl.ts';

const map = (record: Record<string, CborValue>): CborValue => new Map(Object.entries(record));
/** Through the wire and back, so that it is what a payload gives. */
const sent = (value: CborValue): CborValue => decodeCbor(encodeCbor(value), { deterministic: false });

function holds(cddl: string, good: readonly CborValue[], bad: readonly CborValue[]): void {
  const fits = compileCddl(cddl);
  for (const value of good) expect([cddl, value, fits(sent(value))]).toEqual([cddl, value, true]);
  for (const value of bad) expect([cddl, value, fits(sent(value))]).toEqual([cddl, value, false]);
}

describe('CDDL', () => {
  it('knows the types of the prelude', () => {
    holds('a = uint', [0, 7, 2n ** 60n], [-1, 1.5, '1', null]);
    holds('a = nint', [-1], [0]);
    holds('a = int', [-1, 0], [new CborFloat(1), '']);
    holds('a = float', [1.5, new CborFloat(1)], [1]);
    holds('a = number', [1, 1.5], ['1']);
    holds('a = tstr', ['', 'é'], [new Uint8Array(1), 1]);
    holds('a = bytes', [new Uint8Array(3)], ['abc']);
    holds('a = bool / nil', [true, false, null], [undefined, 0]);
    holds(
      'a = tdate / time',
      [new CborTag(0, '2030-01-01T00:00:00Z'), new CborTag(1, 7)],
      [new CborTag(1, 'x'), 7],
    );
    holds('a = any', [1, [map({ x: null })]], []);
  });

  it('knows literals, ranges, sizes and comparisons', () => {
    holds(
      'a = 1 / -2 / 1.5 / "x" / h\'0aff\'',
      [1, -2, 1.5, 'x', new Uint8Array([10, 255])],
      [new CborFloat(1), 2, 'y'],
    );
    holds('a = 0..10', [0, 10], [-1, 11, 5.5, new CborFloat(5)]);
    holds('a = 0...10', [9], [10]);
    holds('a = -40.0..125.0', [20.5, new CborFloat(20)], [20, 126.5]);
    holds('a = tstr .size (1..3)', ['a', 'é'], ['', 'abcd', 'éé']);
    holds('a = bytes .size 2', [new Uint8Array(2)], [new Uint8Array(3), 'ab']);
    holds('a = uint .size 1', [0, 255], [256, -1]);
    holds('a = int .gt 3', [4], [3]);
    holds('a = number .le 2', [2, 1.5], [3]);
  });

  // RFC 8610 §3.5.1, its first map, and §3.5.2 on tables.
  it('knows maps with optional keys, numbered keys and open ones', () => {
    const located = `located-samples = { sample-point: int, ? note: tstr, samples: [+ float] } ; a comment`;
    holds(
      located,
      [
        map({ 'sample-point': 5, samples: [1.5] }),
        map({ samples: [1.5, 2.5], note: 'x', 'sample-point': 5 }),
      ],
      [
        map({ samples: [1.5] }),
        map({ 'sample-point': 5, samples: [] }),
        map({ 'sample-point': 5, samples: [1.5], more: 1 }),
      ],
    );
    holds(
      'm = { 1: tstr, ? -2: bool }',
      [new Map<CborValue, CborValue>([[1, 'x']])],
      [new Map<CborValue, CborValue>([[2, 'x']])],
    );
    holds(
      'm = { * tstr => uint, kind: "k" }',
      [map({ kind: 'k' }), map({ kind: 'k', a: 1 })],
      [map({ a: 1 }), map({ kind: 'k', a: 'x' })],
    );
    holds(
      'm = { 1*2 tstr => uint }',
      [map({ a: 1 }), map({ a: 1, b: 2 })],
      [map({}), map({ a: 1, b: 2, c: 3 })],
    );
    holds('m = {}', [map({})], [map({ a: 1 }), []]);
  });

  it('knows arrays with occurrences, wherever their entries end', () => {
    holds('a = [* int]', [[], [1, 2]], [[1, 'x']]);
    holds('a = [* int, tstr]', [['x'], [1, 2, 'x']], [[], [1], ['x', 1]]);
    holds('a = [* int, 7, ? tstr]', [[7], [7, 7], [1, 7, 'x']], [[1], [7, 'x', 'x']]);
    holds(
      'a = [2*3 int / tstr]',
      [
        [1, 'x'],
        [1, 2, 3],
      ],
      [[1], [1, 2, 3, 4]],
    );
    holds('a = [x: int, y: int]', [[1, 2]], [[1], [1, 2, 3]]);
  });

  it('knows tags, rules by name in any order, and rules within themselves', () => {
    holds(
      't = #6.37(bstr .size 16)',
      [new CborTag(37, new Uint8Array(16))],
      [new CborTag(37, new Uint8Array(15)), new Uint8Array(16)],
    );
    holds('tree = [* node]\nnode = tree / leaf\nleaf = int', [[], [1, [2, [3]]]], [[['x']], 1]);
  });

  it.each([
    ['', 'has no rule'],
    ['a = b', 'names “b”'],
    ['a = b\nb = (a / int)', 'nothing but itself'],
    ['a = int\na = tstr', 'twice'],
    ['int = tstr', 'twice'],
    ['a = [1, 2 // 3]', 'choice between groups'],
    ['a<t> = t', 'instead of “=”'],
    ['a = map<int>', 'generic'],
    ['$a = int', 'socket'],
    ['a = tstr .regexp "x"', '“.regexp”'],
    ['a = { int }', 'without a key'],
    ['a = ~int', '“~”'],
    ['a = {', 'not known here'],
    ['a = "x', 'not known here'],
    ['a = 99999999999999999999', 'too large'],
    [`a = ${'['.repeat(40)}`, 'deeper'],
    [`a = int ;${'x'.repeat(20_000)}`, 'longer'],
  ])('refuses %j', (cddl, why) => {
    expect(() => compileCddl(cddl)).toThrow(
      expect.objectContaining({ code: 'gateway/payload-cddl', message: expect.stringContaining(why) }),
    );
  });

  it('refuses or compiles whatever it reads, and a check says yes or no', () => {
    const word = fc.constantFrom(
      'a',
      '=',
      'int',
      '[',
      ']',
      '{',
      '}',
      '*',
      '?',
      '1',
      '..',
      ':',
      '=>',
      '/',
      '(',
      ')',
      '#6.',
      '.size',
      '"k"',
      ',',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 14 }), (words) => {
        try {
          expect(typeof compileCddl(`a = ${words.join(' ')}`)([1, 'x'])).toBe('boolean');
        } catch (error) {
          expect(error).toBeInstanceOf(KitenError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('takes time that grows with the array, however its entries may share it', () => {
    const fits = compileCddl('a = [* int, * int, * int, * int, * int, tstr]');
    expect(fits(Array(20_000).fill(1))).toBe(false);
    expect(fits([...Array(20_000).fill(1), 'x'])).toBe(true);
  });

  it('gives up on what its choices would double level by level', () => {
    let value: CborValue = 'x';
    for (let level = 0; level < 31; level++) value = [value];
    expect(compileCddl('t = [t] / [t] / int')(value)).toBe(false);
    const chain = Array.from({ length: 400 }, (_, index) => `r${index} = r${index + 1} / r${index + 1}`);
    expect(compileCddl([...chain, 'r400 = int'].join('\n'))('x')).toBe(false);
  });
});
