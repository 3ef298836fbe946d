import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHash, nodeHash, saltedDigest, verifyPayload } from '../../src/index.ts';

const bytes = (length: number, value = 1): Buffer => Buffer.alloc(length, value);

describe('a salted digest', () => {
  it.each([0, 1, 4095, 4096, 4097, 100_000])('of %i bytes is SHA-256(0x02 ‖ salt ‖ content)', (length) => {
    const [salt, content] = [bytes(32, 7), bytes(length, 9)];
    const expected = createHash('sha256').update(Buffer.of(2)).update(salt).update(content).digest();
    expect(Buffer.from(saltedDigest(salt, content))).toEqual(expected);
  });

  it('verifies for its salt and content and no others', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ maxLength: 100 }),
        fc.nat(),
        (salt, content, at) => {
          const digest = saltedDigest(salt, content);
          expect(verifyPayload(digest, salt, content)).toBe(true);
          const place = at % (32 + content.length);
          const both = Uint8Array.of(...salt, ...content);
          both[place]! ^= 1;
          expect(verifyPayload(digest, both.slice(0, 32), both.slice(32))).toBe(false);
          expect(verifyPayload(digest, salt, Uint8Array.of(...content, 0))).toBe(false);
          expect(verifyPayload(digest.slice(1), salt, content)).toBe(false);
          // The border between the two can't be moved.
          expect(verifyPayload(digest, salt.slice(0, 31), Uint8Array.of(salt[31]!, ...content))).toBe(false);
        },
      ),
    );
  });

  it('is never the hash of a leaf or a node over the same bytes', () => {
    const [salt, content] = [bytes(32, 7), bytes(32, 9)];
    const digest = saltedDigest(salt, content);
    expect(digest).not.toEqual(leafHash(Buffer.concat([salt, content])));
    expect(digest).not.toEqual(Uint8Array.from(nodeHash(salt, content)));
  });

  it.each([0, 31, 33])('takes no salt of %i bytes', (length) => {
    const refusal = expect.objectContaining({ name: 'KitenError', code: 'ledger/salt-unsuitable' });
    expect(() => saltedDigest(bytes(length), bytes(1))).toThrow(refusal);
  });
});
