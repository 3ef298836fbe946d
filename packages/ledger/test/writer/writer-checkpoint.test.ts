import { encodeCbor, toBase64 } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeWriterCheckpoint,
  encodeWriterCheckpoint,
  signCheckpoint,
  signNote,
  writerOrigin,
} from '../../src/index.ts';
import { origin } from '../support.ts';
import { writerLog, writerSigner } from './support.ts';

const refusal = (code: string) => expect.objectContaining({ name: 'KitenError', code });
const head = { origin: writerLog.origin, size: 12, root: new Uint8Array(32).fill(7) };
const text = signCheckpoint(head, writerSigner);

describe('the origin of a writer’s log', () => {
  it('is that of the site’s and the writer’s name', () => {
    expect(writerOrigin('plant-7.example/log', 'gateway-1')).toBe('plant-7.example/log/gateway-1');
  });

  it.each(['', 'a/b', 'a b', 'a+b', 'é', 'a\n', 'a'.repeat(65)])('doesn’t take the name “%s”', (name) => {
    expect(() => writerOrigin(origin, name)).toThrow(refusal('ledger/origin-unsuitable'));
  });
});

describe('the entry of a writer’s checkpoint', () => {
  it('comes back as it was written', () => {
    expect(decodeWriterCheckpoint(encodeWriterCheckpoint(text))).toMatchObject({ ...head, text });
  });

  it('has extension lines and other signatures in it, up to 4 KiB', () => {
    const long = (lines: number) =>
      signNote(
        `${head.origin}\n12\n${toBase64(head.root)}\n${'extension\n'.repeat(lines)}`,
        head.origin,
        writerSigner,
      );
    expect(decodeWriterCheckpoint(encodeWriterCheckpoint(long(300)))).toMatchObject({
      ...head,
      text: long(300),
    });
    expect(() => encodeWriterCheckpoint(long(400))).toThrow(refusal('ledger/entry-too-large'));
  });

  it('isn’t made of a text that is no checkpoint', () => {
    expect(() => encodeWriterCheckpoint('text\n')).toThrow(refusal('ledger/note-malformed'));
    const note = signNote('text\n', head.origin, writerSigner);
    expect(() => encodeWriterCheckpoint(note)).toThrow(refusal('ledger/checkpoint-malformed'));
  });

  it.each<[string, Record<string, unknown>]>([
    ['of another type', { type: 'writer/other' }],
    ['with a member too many', { more: 1 }],
    ['with another origin than the note', { origin }],
    ['with another size than the note', { size: 13 }],
    ['with another root than the note', { root: new Uint8Array(32) }],
    ['with a text for a root', { root: toBase64(head.root) }],
    ['with bytes for a note', { note: Buffer.from(text) }],
  ])('%s is refused', (_, change) => {
    const members = Object.entries({ type: 'writer/checkpoint', ...head, note: text, ...change });
    const entry = encodeCbor(new Map(members) as Parameters<typeof encodeCbor>[0]);
    expect(() => decodeWriterCheckpoint(entry)).toThrow(refusal('ledger/entry-malformed'));
  });

  it('with any byte changed is refused, or is another note that nobody signed', () => {
    const entry = encodeWriterCheckpoint(text);
    fc.assert(
      fc.property(fc.nat(entry.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = entry.with(at, entry[at]! ^ change);
        try {
          expect(encodeWriterCheckpoint(decodeWriterCheckpoint(changed).text)).toEqual(changed);
        } catch (error) {
          expect(error).toMatchObject({
            name: 'KitenError',
            code: expect.stringMatching(/^ledger\/(entry|note|checkpoint)-malformed$/),
          });
        }
      }),
      { numRuns: 500 },
    );
  });
});
