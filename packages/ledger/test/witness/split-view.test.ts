import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proveSplitView, signCheckpoint } from '../../src/index.ts';
import { testSigner } from '../signers.ts';
import { log, logSigner, origin, TestLog } from './support.ts';

const tree = new TestLog(30);
const fork = new TestLog(30, { forkAt: 10, branch: 1 });
const empty = createHash('sha256').digest();
const code = (name: string) => expect.objectContaining({ code: `ledger/${name}` });
const note = (size: number, root: Uint8Array) => signCheckpoint({ origin, size, root }, logSigner);

describe('two signed checkpoints', () => {
  it('of one size with two roots prove a split view', () => {
    expect(proveSplitView(tree.checkpoint(12), fork.checkpoint(12), log)).toEqual({
      origin,
      contradiction: 'other-root',
      heads: [tree, fork].map((each) => ({ origin, size: 12, root: new Uint8Array(each.root(12)) })),
    });
  });

  it('of two sizes with one root prove it too', () => {
    expect(proveSplitView(note(12, tree.root(12)), note(13, tree.root(12)), log)).toMatchObject({
      contradiction: 'same-root',
    });
    expect(proveSplitView(note(0, empty), note(1, empty), log)).toMatchObject({ contradiction: 'same-root' });
  });

  it('prove it when one is of an empty tree with something in it', () => {
    expect(proveSplitView(tree.checkpoint(12), note(0, tree.root(1)), log)).toMatchObject({
      contradiction: 'empty-tree',
    });
  });

  it('of one history never prove it, whatever their sizes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 30 }), fc.nat({ max: 30 }), (left, right) => {
        expect(proveSplitView(tree.checkpoint(left), tree.checkpoint(right), log)).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it('of two histories prove it at each size where the roots part, in either order', () => {
    fc.assert(
      fc.property(fc.nat({ max: 30 }), (size) => {
        const [left, right] = [tree.checkpoint(size), fork.checkpoint(size)];
        expect(proveSplitView(left, right, log) !== undefined).toBe(size > 10);
        expect(proveSplitView(right, left, log) !== undefined).toBe(size > 10);
      }),
    );
  });

  it('of two histories and two sizes do not by themselves', () => {
    expect(proveSplitView(tree.checkpoint(12), fork.checkpoint(13), log)).toBeUndefined();
  });

  it.each([
    [
      'signed by somebody else',
      signCheckpoint({ origin, size: 12, root: fork.root(12) }, testSigner(9)),
      'checkpoint-forged',
    ],
    [
      'of another log',
      signCheckpoint({ origin: 'o', size: 12, root: fork.root(12) }, logSigner),
      'other-log',
    ],
    ['changed afterwards', fork.checkpoint(12).replace('\n12\n', '\n13\n'), 'checkpoint-forged'],
    ['that is none', 'nonsense', 'note-malformed'],
    ['without a size', fork.checkpoint(12).replace('\n12\n', '\n\n'), 'checkpoint-malformed'],
  ])('are no evidence with one %s', (_, other, error) => {
    expect(() => proveSplitView(tree.checkpoint(12), other, log)).toThrow(code(error));
    expect(() => proveSplitView(other, tree.checkpoint(12), log)).toThrow(code(error));
  });
});
