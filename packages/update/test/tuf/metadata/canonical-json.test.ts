import { canonicalize } from '@tufjs/canonical-json';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalMetadata } from '../../../src/index.ts';

const text = (value: unknown): string => Buffer.from(canonicalMetadata(value)).toString('utf8');

describe('canonical JSON', () => {
  it('is what the TUF client of npm makes of the same value', () => {
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: fc.constantFrom('a', 'b', '"', '\\', '\n', '\u0000', 'ü', '10') }),
        fc.maxSafeInteger(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.string({ maxLength: 4 }), tie('tree'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(text(value)).toBe(canonicalize(value));
      }),
    );
  });

  it('orders names by code points, whatever UTF-16 says', () => {
    const names = ['\u{1f600}', '\u{1f601}', '\uff5e', '\ud7ff', 'a', '', 'aa'];
    const value = Object.fromEntries(names.map((name) => [name, 0]));
    expect(text(value)).toBe('{"":0,"a":0,"aa":0,"\ud7ff":0,"\uff5e":0,"\u{1f600}":0,"\u{1f601}":0}');
  });

  it('escapes the quotation mark and the backslash, and nothing else', () => {
    expect(text('\n\t"\\/\u0001ü')).toBe('"\n\t\\"\\\\/\u0001ü"');
  });

  it('has a member named __proto__ like any other', () => {
    expect(text(JSON.parse('{"a":1,"__proto__":{"b":2}}'))).toBe('{"__proto__":{"b":2},"a":1}');
  });

  it.each([0.5, 2 ** 53, 1e21, -(2 ** 60)])('has no form for %d', (value) => {
    expect(() => text({ value })).toThrow(expect.objectContaining({ code: 'update/canonical-number' }));
  });
});
