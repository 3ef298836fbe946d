import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Effort } from '../../src/policy/report.ts';
import { isPossible, type Wish } from '../../src/policy/texts.ts';

const character = fc.constantFrom('a', 'b', 'é', '😀');
const short = (most: number) => fc.array(character, { maxLength: most }).map((all) => all.join(''));
const pattern = fc.array(short(3), { minLength: 1, maxLength: 4 });

/** A pattern as a regular expression: another way than the checker's. */
const regexOf = (parts: readonly string[]): RegExp => new RegExp(`^${parts.join('.*')}$`, 'su');

test('a text matches a pattern as it matches a regular expression', () => {
  const same = fc.property(pattern, short(8), (parts, text) => {
    expect(
      isPossible(
        [
          [parts, true],
          [[text], true],
        ],
        new Effort(),
      ),
    ).toBe(regexOf(parts).test(text));
  });
  fc.assert(same, { numRuns: 5000 });
});

/** All texts over a few characters, of which one no pattern names. */
function* textsOf(length: number): Generator<string> {
  yield '';
  if (length > 0) for (const rest of textsOf(length - 1)) for (const one of ['a', 'b', 'x']) yield one + rest;
}
const all = [...new Set(textsOf(6))];

test('texts are possible if there are any', () => {
  const part = fc.array(fc.constantFrom('a', 'b'), { maxLength: 2 }).map((some) => some.join(''));
  const wish: fc.Arbitrary<Wish> = fc.tuple(fc.array(part, { minLength: 1, maxLength: 3 }), fc.boolean());
  const [found, none] = [{ count: 0 }, { count: 0 }];
  fc.assert(
    fc.property(fc.array(wish, { minLength: 1, maxLength: 4 }), (wishes) => {
      const isFound = all.some((text) =>
        wishes.every(([parts, isWanted]) => regexOf(parts).test(text) === isWanted),
      );
      // Whatever these patterns leave possible they leave so for a text of at most six characters.
      expect(isPossible(wishes, new Effort())).toBe(isFound);
      (isFound ? found : none).count += 1;
    }),
    { numRuns: 2000, seed: 1 },
  );
  expect(Math.min(found.count, none.count)).toBeGreaterThan(200);
});

test('a search that would take too long is given up', () => {
  // Which of seventeen letters have been there makes 131,072 states, of which none is enough.
  const letters: Wish[] = [...'abcdefghijklmnopq'].map((letter) => [['', letter, ''], true]);
  const never: Wish[] = [
    [['', 'z', ''], true],
    [['', 'z', ''], false],
  ];
  expect(() => isPossible([...letters, ...never], new Effort())).toThrow('too much work');
  expect(isPossible([...letters.slice(0, 12), ...never], new Effort())).toBe(false);
});
