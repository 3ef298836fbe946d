// Attack class 14: what is refused of a delta, and that nothing has come out of it by then, or nothing that whoever
// writes it may use. The rest of the class is shown where there are slots: on the agent.
import { brotliCompressSync } from 'node:zlib';
import { concatBytes, KitenError } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeHeader } from '../../src/delta/header.ts';
import { VarintWriter } from '../../src/delta/varint.ts';
import { applyDelta, createDelta, inspectDelta, type Measured } from '../../src/index.ts';
import { applied, deltaOf, gathered, inMemory, inPieces, noise, sha256 } from './support.ts';

const base = noise(20_000, 1);
const target = concatBytes(base.subarray(5000), noise(300, 2)).map((octet, at) =>
  at % 70 ? octet : octet + 1,
);
const measured = (octets: Uint8Array): Measured => ({ length: octets.length, sha256: sha256(octets) });

interface Made {
  readonly header?: Partial<Parameters<typeof encodeHeader>[0]>;
  readonly place?: readonly [number, number];
  readonly instructions?: readonly number[];
  readonly runs?: readonly number[];
  readonly differences?: Uint8Array;
  readonly extra?: Uint8Array;
  /** In place of the lengths and streams. */
  readonly rest?: Uint8Array;
}

const numbers = (list: readonly number[]): Uint8Array => {
  const writer = new VarintWriter();
  for (const each of list) writer.add(each);
  return Uint8Array.from(writer.bytes());
};

/** A delta by hand: one section, its streams as they are. */
function made({ header, place = [0, 0], rest, ...streams }: Made): Uint8Array {
  const {
    instructions = [],
    runs = [],
    differences = new Uint8Array(0),
    extra = new Uint8Array(0),
  } = streams;
  const parts = [numbers(instructions), numbers(runs), differences, extra];
  return concatBytes(
    encodeHeader({
      ...{ base: measured(base), target: measured(base), sectionBytes: 1024 ** 2, windowBytes: 1024 ** 2 },
      ...header,
    }),
    numbers(place),
    rest ?? concatBytes(numbers(parts.flatMap(({ length }) => [length, length])), ...parts),
  );
}

const codeOf = (delta: Uint8Array, options?: Parameters<typeof applyDelta>[2], from = base) =>
  applied(delta, from, options).then(
    () => 'applied',
    (error: KitenError) => error.code,
  );

describe('14 a delta', () => {
  it('made by hand as it should be is applied', async () => {
    expect(await codeOf(made({ instructions: [base.length, 0, 0] }))).toBe('applied');
  });

  it('from another base: refused before anything comes out', async () => {
    const delta = await deltaOf(base, target);
    for (const other of [target, base.subarray(1), base.subarray(0, -1), new Uint8Array(0)]) {
      const pieces = applyDelta(inPieces(delta), inMemory(other));
      await expect(pieces.next()).rejects.toMatchObject({ code: 'update/delta-wrong-base' });
    }
  });

  it('to another target than the one that is wanted: refused before anything comes out', async () => {
    const delta = await deltaOf(base, target);
    for (const expected of [measured(base), { ...measured(target), length: target.length + 1 }]) {
      const pieces = applyDelta(inPieces(delta), inMemory(base), { expected });
      await expect(pieces.next()).rejects.toMatchObject({ code: 'update/delta-other-target' });
    }
    expect(await codeOf(delta, { expected: measured(target) })).toBe('applied');
  });

  it('that would make more than is taken: refused by its header', async () => {
    const header = { target: { ...measured(base), length: 1024 ** 4 } };
    expect(await codeOf(made({ header }))).toBe('update/delta-bomb');
    expect(await codeOf(await deltaOf(base, target), { limits: { targetBytes: 15_000 } })).toBe(
      'update/delta-bomb',
    );
    expect(await codeOf(await deltaOf(base, target), { limits: { sectionBytes: 15_000 } })).toBe(
      'update/delta-bomb',
    );
  });

  it('whose streams declare more than the section can need: refused before they are read', async () => {
    for (const declared of [50_000, 2 ** 50]) {
      expect(await codeOf(made({ rest: numbers([declared, 10]) }))).toBe('update/delta-bomb');
    }
    expect(await codeOf(made({ rest: numbers([3, 4, 0, 0, 0, 0, 0, 0]) }))).toBe('update/delta-bomb');
  });

  it('of which a stream unpacks to more than it declares: given up there', async () => {
    const bomb = brotliCompressSync(new Uint8Array(1024 ** 2));
    const rest = concatBytes(numbers([20_000, bomb.length, 0, 0, 0, 0, 0, 0]), bomb);
    expect(await codeOf(made({ rest }))).toBe('update/delta-bomb');
  });

  it('whose instructions make more, or less, than the section has', async () => {
    expect(await codeOf(made({ instructions: [base.length + 1, 0, 0] }))).toBe('update/delta-overlong');
    expect(await codeOf(made({ instructions: [base.length, 0, 0], extra: Uint8Array.of(1) }))).toBe(
      'update/delta-overlong',
    );
    expect(await codeOf(made({ instructions: [base.length - 1, 0, 0] }))).toBe('update/delta-truncated');
  });

  it('that reads beyond its window or before the base', async () => {
    const whole = [base.length, 0, 0];
    for (const delta of [
      made({ header: { windowBytes: 100 }, instructions: whole }),
      made({ place: [1, 0], instructions: whole }),
      made({ place: [0, 1], instructions: whole }),
      made({ instructions: [10, 0, 2 * 10 + 1, base.length - 10, 0, 0] }),
    ]) {
      expect(await codeOf(delta)).toBe('update/delta-malformed');
    }
  });

  it('with instructions, runs or new octets that don’t belong together', async () => {
    const instructions = [base.length, 0, 0];
    for (const delta of [
      made({ instructions: [0, 0, 0, ...instructions] }),
      made({ instructions: [base.length - 1, 1, 0] }),
      made({ instructions, runs: [5, 1] }),
      made({ instructions, runs: [5, 0] }),
      made({ instructions, runs: [5] }),
      made({ instructions, runs: [base.length - 1, 2], differences: Uint8Array.of(1, 1) }),
      made({ instructions, differences: Uint8Array.of(1) }),
      made({ instructions: [base.length, 0] }),
    ]) {
      expect(await codeOf(delta)).toBe('update/delta-malformed');
    }
  });

  it('that makes a file of another hash: told at the end', async () => {
    const instructions = [base.length, 0, 0];
    const delta = made({ instructions, runs: [77, 1], differences: Uint8Array.of(1) });
    expect(await codeOf(delta)).toBe('update/delta-mismatch');
  });

  it('cut off anywhere, or with something behind it', async () => {
    const delta = await deltaOf(base, target, { sectionBytes: 6000 });
    for (let length = 0; length < delta.length; length += length < 120 ? 1 : 13) {
      expect(await codeOf(delta.subarray(0, length)), `${length}`).toBe('update/delta-truncated');
    }
    expect(await codeOf(concatBytes(delta, Uint8Array.of(0)))).toBe('update/delta-overlong');
  });

  it('with numbers in another form than their own, or of another version', async () => {
    const delta = await deltaOf(base, target);
    const at = 12;
    const longer = concatBytes(delta.subarray(0, at), Uint8Array.of(0x81, 0x80, 0), delta.subarray(at + 3));
    expect(await codeOf(longer)).toBe('update/delta-malformed');
    expect(await codeOf(delta.map((octet, index) => (index === 11 ? 2 : octet)))).toBe(
      'update/delta-malformed',
    );
    const endless = concatBytes(delta.subarray(0, at), new Uint8Array(20).fill(0xff));
    expect(await codeOf(endless)).toBe('update/delta-malformed');
  });

  it('with one octet changed makes the target or is refused by a code, and so does what only inspects it', async () => {
    const delta = await deltaOf(base, target, { sectionBytes: 6000 });
    await fc.assert(
      fc.asyncProperty(fc.nat(delta.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = delta.map((octet, index) => (index === at ? octet + by : octet));
        const outcome = await applied(changed, base).catch((error: unknown) => error);
        if (outcome instanceof Uint8Array) expect(Buffer.compare(outcome, target)).toBe(0);
        else expect(outcome).toMatchObject({ code: expect.stringMatching(/^update\/delta-/) });
        const looked = await inspectDelta(inPieces(changed)).catch((error: unknown) => error);
        if (looked instanceof Error) expect(looked).toBeInstanceOf(KitenError);
      }),
      { numRuns: 300 },
    );
  });

  it('whose base changes while it is applied never passes for the target', async () => {
    const delta = await deltaOf(base, target);
    let reads = 0;
    const shrinking = {
      read: async (position: number, into: Uint8Array) => {
        reads += 1;
        return reads > 1 ? 0 : inMemory(base).read(position, into);
      },
    };
    await expect(applied(delta, shrinking)).rejects.toMatchObject({ code: 'update/delta-wrong-base' });
  });

  it('of files that change while it is made isn’t made', async () => {
    const file = { ...inMemory(base), length: base.length + 1 };
    await expect(gathered(createDelta(file, inMemory(target)))).rejects.toMatchObject({
      code: 'update/delta-source-changed',
    });
  });
});
