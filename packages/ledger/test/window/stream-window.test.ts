import { createHash } from 'node:crypto';
import { encodeCbor } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ClosedWindow,
  decodeWindowEntry,
  encodeWindowEntry,
  leafHash,
  merkleRoot,
  StreamWindow,
  saltedDigest,
  verifyItem,
  type WindowHead,
} from '../../src/index.ts';

const refusal = (code: string) => expect.objectContaining({ name: 'KitenError', code });
const salt = (index: number): Buffer => createHash('sha256').update(`salt ${index}`).digest();
const content = (index: number): Buffer => Buffer.from(`reading ${index % 3}`);
const digestOf = (index: number): Uint8Array => saltedDigest(salt(index), content(index));

function filled(count: number, limit?: number): StreamWindow {
  const window = new StreamWindow('pump-1/pressure', limit);
  for (let index = 0; index < count; index += 1) expect(window.add(content(index), salt(index))).toBe(index);
  return window;
}

describe('a window', () => {
  it('of any number of items has the root over their salted digests, in order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), (count) => {
        const { head } = filled(count).close(1000, 2000);
        const leaves = Array.from({ length: count }, (_, index) => leafHash(digestOf(index)));
        const root = Uint8Array.from(merkleRoot(leaves));
        expect(head).toEqual({ stream: 'pump-1/pressure', from: 1000, to: 2000, count, root, full: false });
      }),
      { numRuns: 20 },
    );
  });

  it('proves each item by its digest, at its own place and no other', () => {
    const closed = filled(70).close(1000, 2000);
    for (let index = 0; index < 70; index += 1) {
      const proof = closed.proveItem(index);
      expect(verifyItem(digestOf(index), proof, closed.head)).toBe(true);
      // Every third content is the same: the salt tells them apart.
      expect(verifyItem(digestOf((index + 3) % 70), proof, closed.head)).toBe(false);
      expect(verifyItem(digestOf(index), { ...proof, index: (index + 1) % 70 }, closed.head)).toBe(false);
      expect(verifyItem(digestOf(index).slice(1), proof, closed.head)).toBe(false);
      expect(verifyItem(new Uint8Array(5000), proof, closed.head)).toBe(false);
      expect(verifyItem(digestOf(index), proof, filled(71).close(1000, 2000).head)).toBe(false);
    }
    for (const index of [-1, 70, 0.5, Number.NaN]) {
      expect(() => closed.proveItem(index)).toThrow(refusal('ledger/no-such-entry'));
    }
  });

  it('proves the same from the leaves that were kept, and from no others', () => {
    const closed = filled(9).close(0, 0);
    const restored = ClosedWindow.restore(closed.head, closed.leaves);
    expect(restored.proveItem(4)).toEqual(closed.proveItem(4));
    const changed = closed.leaves;
    changed[40]! ^= 1;
    for (const leaves of [
      changed,
      closed.leaves.slice(32),
      Buffer.concat([closed.leaves, Buffer.alloc(32)]),
    ]) {
      expect(() => ClosedWindow.restore(closed.head, leaves)).toThrow(refusal('ledger/window-mismatch'));
    }
  });

  it('takes no more than its limit, and says so', () => {
    const window = filled(4, 5);
    expect(window.full).toBe(false);
    window.add(content(4), salt(4));
    expect(window.full).toBe(true);
    expect(() => window.add(content(5), salt(5))).toThrow(refusal('ledger/window-full'));
    expect(window.count).toBe(5);
    const { head } = window.close(0, 1);
    expect(head).toMatchObject({ count: 5, full: true });
    expect(head.root).toEqual(filled(5, 6).close(0, 1).head.root);
  });

  it('takes nothing once it is closed', () => {
    const window = filled(1);
    window.close(0, 1);
    expect(() => window.add(content(1), salt(1))).toThrow(refusal('ledger/window-closed'));
    expect(() => window.close(0, 1)).toThrow(refusal('ledger/window-closed'));
  });

  it('stays open when it is closed with impossible times, or an item has no proper salt', () => {
    const window = filled(1);
    for (const [from, to] of [
      [2, 1],
      [-1, 1],
      [0, 1.5],
      [0, Number.NaN],
    ] as const) {
      expect(() => window.close(from, to)).toThrow(refusal('ledger/window-unsuitable'));
    }
    expect(() => window.add(content(1), Buffer.alloc(31))).toThrow(refusal('ledger/salt-unsuitable'));
    window.add(content(1), salt(1));
    expect(window.close(0, 1).head.root).toEqual(filled(2).close(0, 1).head.root);
  });

  it.each([
    ['no name', '', 10],
    ['a space in its name', 'a b', 10],
    ['a name too long', 'a'.repeat(129), 10],
    ['half a character in its name', '\ud800', 10],
    ['no room', 'a', 0],
    ['room for half an item', 'a', 1.5],
    ['more room than memory should give', 'a', 1_048_577],
  ])('with %s is refused', (_, stream, limit) => {
    expect(() => new StreamWindow(stream, limit)).toThrow(refusal('ledger/window-unsuitable'));
  });
});

describe('the entry of a window', () => {
  const head: WindowHead = filled(3).close(1_790_000_000_000, 1_790_000_001_000).head;

  it('comes back as it was written', () => {
    expect(decodeWindowEntry(encodeWindowEntry(head))).toEqual(head);
  });

  it.each<[string, Partial<Record<keyof WindowHead | 'type' | 'more', unknown>>]>([
    ['of another type', { type: 'stream/door' }],
    ['with a member too many', { more: 1 }],
    ['with a name that is none', { stream: 'a b' }],
    ['with a number for a name', { stream: 1 }],
    ['that ends before it starts', { to: 1 }],
    ['with a negative count', { count: -1 }],
    ['with half a count', { count: 1.5 }],
    ['with a short root', { root: head.root.slice(1) }],
    ['with a text for a root', { root: 'root' }],
    ['that is full of something', { full: 1 }],
  ])('%s is refused', (_, change) => {
    const members = Object.entries({ type: 'stream/window', ...head, ...change });
    const entry = encodeCbor(new Map(members) as Parameters<typeof encodeCbor>[0]);
    expect(() => decodeWindowEntry(entry)).toThrow(refusal('ledger/entry-malformed'));
  });

  it('that lacks a member is refused', () => {
    const { full: _, ...rest } = head;
    const entry = encodeCbor(new Map(Object.entries({ type: 'stream/window', ...rest })));
    expect(() => decodeWindowEntry(entry)).toThrow(refusal('ledger/entry-malformed'));
  });

  it('with any byte changed is another entry or refused', () => {
    const entry = encodeWindowEntry(head);
    fc.assert(
      fc.property(fc.nat(entry.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = entry.with(at, entry[at]! ^ change);
        try {
          expect(encodeWindowEntry(decodeWindowEntry(changed))).toEqual(changed);
        } catch (error) {
          expect(error).toEqual(refusal('ledger/entry-malformed'));
        }
      }),
    );
  });

  it('of any bytes is refused with our own error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(() => decodeWindowEntry(bytes)).toThrow(refusal('ledger/entry-malformed'));
      }),
    );
    expect(() => decodeWindowEntry(new Uint8Array(5000))).toThrow(refusal('ledger/entry-malformed'));
  });
});
