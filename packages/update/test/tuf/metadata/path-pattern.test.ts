import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesPath } from '../../../src/index.ts';

describe('a path pattern', () => {
  // The examples of TUF §4.5.
  it.each([
    ['targets/*.tgz', 'targets/foo.tgz', true],
    ['targets/*.tgz', 'targets/bar.tgz', true],
    ['targets/*.tgz', 'targets/foo.txt', false],
    ['foo-version-?.tgz', 'foo-version-2.tgz', true],
    ['foo-version-?.tgz', 'foo-version-a.tgz', true],
    ['foo-version-?.tgz', 'foo-version-alpha.tgz', false],
    ['*.tgz', 'foo.tgz', true],
    ['*.tgz', 'targets/foo.tgz', false],
    ['foo.tgz', 'foo.tgz', true],
    ['foo.tgz', 'bar.tgz', false],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(matchesPath(pattern, path)).toBe(expected);
  });

  // Python's fnmatch, segment by segment, as the reference implementation has it.
  it.each([
    ['*', '', true],
    ['*', '.hidden', true],
    ['?', '', false],
    ['?', '💡', true],
    ['[abc].bin', 'b.bin', true],
    ['[a-c]x', 'dx', false],
    ['[!a-c]x', 'dx', true],
    ['[]]', ']', true],
    ['[a-]', '-', true],
    ['[', '[', true],
    ['[a', '[a', true],
    ['**', 'a/b', false],
    ['a/*/c', 'a/b/c', true],
    ['a/*/c', 'a/b/b/c', false],
    ['a.c', 'abc', false],
    ['A', 'a', false],
    ['*a*b*c', 'xxaxbxc', true],
    ['*a*b*c', 'xxaxcxb', false],
  ])('%s and %s: %s', (pattern, path, expected) => {
    expect(matchesPath(pattern, path)).toBe(expected);
  });

  it('of literal characters matches itself and nothing else', () => {
    const plain = fc.string({ unit: fc.constantFrom('a', 'b', '.', '/', '-', '(', '+', '\\', '^') });
    fc.assert(fc.property(plain, plain, (one, other) => matchesPath(one, other) === (one === other)));
  });

  it('with stars matches what they are put in for', () => {
    const piece = fc.string({ unit: fc.constantFrom('a', 'b', '-'), maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(piece, { minLength: 2, maxLength: 5 }),
        fc.array(piece, { minLength: 5 }),
        (fixed, free) => {
          const path = fixed
            .map((part, index) => `${part}${index + 1 < fixed.length ? free[index] : ''}`)
            .join('');
          expect(matchesPath(fixed.join('*'), path)).toBe(true);
        },
      ),
    );
  });

  it('of many stars is answered although no path matches it', () => {
    expect(matchesPath(`${'*a'.repeat(2000)}b`, 'a'.repeat(4000))).toBe(false);
  });
});
