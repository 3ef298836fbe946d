import { concatBytes, encodeUtf8 } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectDelta } from '../../src/index.ts';
import { applied, deltaOf, inPieces, noise, sha256 } from './support.ts';

/** A file and what became of it: parts cut, moved, changed here and there, and new ones between. */
const edited = fc
  .record({
    base: fc.uint8Array({ maxLength: 3000 }),
    edits: fc.array(
      fc.record({
        from: fc.nat(3000),
        length: fc.nat(1200),
        every: fc.integer({ min: 1, max: 40 }),
        by: fc.nat(255),
        fresh: fc.uint8Array({ maxLength: 60 }),
      }),
      { maxLength: 8 },
    ),
  })
  .map(({ base, edits }) => ({
    base,
    target: concatBytes(
      ...edits.flatMap(({ from, length, every, by, fresh }) => [
        base.slice(from, from + length).map((octet, at) => (at % every === 0 ? octet + by : octet)),
        fresh,
      ]),
    ),
  }));

describe('a delta', () => {
  it('leads from the base to the target, whatever became of it, in windows of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        edited,
        fc.integer({ min: 1, max: 900 }),
        fc.integer({ min: 2, max: 3000 }),
        async ({ base, target }, sectionBytes, windowBytes) => {
          const delta = await deltaOf(base, target, { sectionBytes, windowBytes });
          expect(Buffer.compare(await applied(delta, base), target)).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of a program whose code was moved and whose addresses changed is a small part of it', async () => {
    const code = noise(300_000, 1);
    const moved = concatBytes(
      noise(5000, 2),
      code.subarray(0, 150_000),
      noise(3000, 3),
      code.subarray(150_000),
    );
    for (let at = 100; at < moved.length; at += 200) moved[at]! += 3;
    const delta = await deltaOf(code, moved);
    expect(Buffer.compare(await applied(delta, code), moved)).toBe(0);
    expect(delta.length).toBeLessThan(14_000);
  });

  it('finds what lies in another part of a base that is larger than the window', async () => {
    const parts = Array.from({ length: 8 }, (_, seed) => noise(64 * 1024, seed + 10));
    const [base, target] = [concatBytes(...parts), concatBytes(...parts.toReversed())];
    const delta = await deltaOf(base, target, { sectionBytes: 64 * 1024, windowBytes: 128 * 1024 });
    expect(Buffer.compare(await applied(delta, base), target)).toBe(0);
    expect(delta.length).toBeLessThan(8000);
  });

  it('to or from an empty file is one, too', async () => {
    const [none, some] = [new Uint8Array(0), encodeUtf8('something')];
    expect(await applied(await deltaOf(none, some), none)).toEqual(some);
    expect(await applied(await deltaOf(some, none), some)).toEqual(none);
    expect(await applied(await deltaOf(none, none), none)).toEqual(none);
  });

  it('from a base that stands at the beginning of something longer, such as a partition', async () => {
    const [base, target] = [noise(40_000, 4), noise(40_000, 4).map((octet, at) => (at % 90 ? octet : 7))];
    const partition = concatBytes(base, new Uint8Array(100_000));
    expect(await applied(await deltaOf(base, target), partition)).toEqual(target);
  });

  it('says what it leads from and to, without its base', async () => {
    const [base, target] = [noise(5000, 5), noise(9000, 6)];
    expect(await inspectDelta(inPieces(await deltaOf(base, target, { sectionBytes: 4096 })))).toMatchObject({
      base: { length: 5000, sha256: sha256(base) },
      target: { length: 9000, sha256: sha256(target) },
      sections: 3,
      sectionBytes: 4096,
      streams: { extra: { packed: 9000, whole: 9000 }, differences: { whole: 0 } },
    });
  });
});
