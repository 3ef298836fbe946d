import { encodeUtf8 } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Checkpoint,
  type Cosigner,
  checkQuorum,
  cosign,
  cosignerKey,
  parseCheckpoint,
  parseVerifierKey,
  signatureLine,
  verifierKey,
  verifyCosignature,
} from '../../src/index.ts';
import { arche } from '../note/vectors.ts';
import { latticeSigner, testSigner } from '../signers.ts';
import { TestLog, timelessLine } from './support.ts';

const read = (text: string): Checkpoint => parseCheckpoint(encodeUtf8(text));
const code = (name: string) => expect.objectContaining({ code: `ledger/${name}` });
const text = new TestLog(12).checkpoint(12);

const by = (name: string, key: number): Cosigner => ({ name, signer: testSigner(30 + key) });
const [one, two, three] = [by('w1', 1), by('w2', 2), by('w3', 3)];

function cosigned(...given: readonly (readonly [Cosigner, bigint])[]): Checkpoint {
  return read(text + given.map(([cosigner, at]) => signatureLine(cosign(read(text), cosigner, at))).join(''));
}

const quorum = (checkpoint: Checkpoint, threshold: number, ...known: readonly Cosigner[]) =>
  checkQuorum(checkpoint, { keys: known.map(cosignerKey), threshold });

describe('a quorum', () => {
  it('of public witnesses is met, and says who and when', () => {
    const keys = [...arche.witnesses, arche.absentWitness].map(parseVerifierKey);
    const { met, witnesses } = checkQuorum(read(arche.checkpoint), { keys, threshold: 4 });
    expect(met).toBe(true);
    expect(witnesses.map(({ names }) => names)).toEqual(keys.slice(0, 4).map(({ name }) => [name]));
    expect(new Set(witnesses.map(({ timestamp }) => timestamp))).toEqual(new Set([1_779_573_024n]));
    expect(checkQuorum(read(arche.checkpoint), { keys, threshold: 5 }).met).toBe(false);
  });

  it('is missed by one witness too few', () => {
    const checkpoint = cosigned([one, 10n], [two, 20n]);
    expect(quorum(checkpoint, 2, one, two, three).met).toBe(true);
    expect(quorum(checkpoint, 3, one, two, three).met).toBe(false);
    expect(quorum(read(text), 1, one, two, three)).toEqual({ met: false, witnesses: [] });
  });

  it('does not count a cosignature without a time', () => {
    const lattice: Cosigner = { name: 'w4', signer: latticeSigner() };
    const checkpoint = read(text + timelessLine(lattice, read(text)));
    expect(verifyCosignature(checkpoint, cosignerKey(lattice))?.timestamp).toBe(0n);
    expect(quorum(checkpoint, 1, lattice)).toEqual({ met: false, witnesses: [] });
  });

  it('does not see witnesses that it does not know', () => {
    const { witnesses } = quorum(cosigned([one, 10n], [two, 20n]), 1, one);
    expect(witnesses.map(({ names }) => names)).toEqual([['w1']]);
  });

  it('counts two keys of one name once, with the later time', () => {
    const second = by('w1', 4);
    const { met, witnesses } = quorum(cosigned([one, 10n], [second, 20n]), 2, one, second, two);
    expect(met).toBe(false);
    expect(witnesses).toMatchObject([{ names: ['w1'], timestamp: 20n }]);
    expect(witnesses[0]?.cosignatures.map(({ timestamp }) => timestamp)).toEqual([10n, 20n]);
  });

  it('counts one key under two names once', () => {
    const alias = by('alias', 1);
    const { met, witnesses } = quorum(cosigned([one, 10n], [alias, 20n]), 2, one, alias, two);
    expect(met).toBe(false);
    expect(witnesses).toMatchObject([{ names: ['w1', 'alias'], timestamp: 20n }]);
  });

  it('counts once what hangs together by names and keys, in whatever order they are given', () => {
    // w1 has keys 1 and 4; "alias" has key 4 as well.
    const chain = [one, by('alias', 4), by('w1', 4)];
    fc.assert(
      fc.property(fc.shuffledSubarray([...chain, two], { minLength: 4 }), (known) => {
        const { met, witnesses } = quorum(cosigned([one, 1n], [chain[1]!, 2n], [two, 3n]), 2, ...known);
        expect([met, witnesses.length]).toEqual([true, 2]);
      }),
    );
  });

  it('never counts more witnesses than there are names, or keys, that cosigned', () => {
    const cosigners = [0, 1, 2, 3].flatMap((name) => [0, 1, 2, 3].map((key) => by(`w${name}`, key)));
    fc.assert(
      fc.property(fc.subarray(cosigners, { minLength: 1 }), fc.subarray(cosigners), (known, signing) => {
        const counted = quorum(
          cosigned(...signing.map((each) => [each, 1n] as const)),
          1,
          ...known,
        ).witnesses;
        const seen = signing.filter((each) => known.includes(each));
        const names = new Set(seen.map(({ name }) => name));
        const keys = new Set(seen.map(({ signer }) => Buffer.from(signer.publicKey).toString('hex')));
        expect(counted.length).toBeLessThanOrEqual(Math.min(names.size, keys.size));
        expect(counted.length > 0).toBe(seen.length > 0);
      }),
      { numRuns: 60 },
    );
  });

  it('is not judged on a note with a cosignature of a known witness that does not hold', () => {
    const other = read(new TestLog(11).checkpoint(11));
    const checkpoint = read(
      text + signatureLine(cosign(read(text), one, 1n)) + signatureLine(cosign(other, two, 1n)),
    );
    expect(() => quorum(checkpoint, 1, one, two)).toThrow(code('cosignature-forged'));
    expect(quorum(checkpoint, 1, one).met).toBe(true);
  });

  it.each([0, -1, 1.5, Number.NaN, 3])('of %d out of two is none', (threshold) => {
    expect(() => quorum(read(text), threshold, one, two)).toThrow(code('quorum-unsuitable'));
  });

  it('of two cannot be made of one witness with two keys', () => {
    expect(() => quorum(read(text), 2, one, by('w1', 4))).toThrow(code('quorum-unsuitable'));
  });

  it('has no place for a key that does not cosign', () => {
    const key = verifierKey('w1', 'ed25519', one.signer.publicKey);
    expect(() => checkQuorum(read(text), { keys: [key], threshold: 1 })).toThrow(code('key-unsuitable'));
  });
});
