import { fromBase64, toHex } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyEd25519 } from '../../src/ed25519.ts';
import {
  noteKeyId,
  parseCheckpoint,
  parseNote,
  signCheckpoint,
  signNote,
  verifyNote,
} from '../../src/index.ts';
import { origin, signer, testSigner } from '../support.ts';

// The example of Go's golang.org/x/mod/sumdb/note, from which the C2SP signed-note format comes:
// PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW
const peter = Buffer.concat([
  Buffer.from('302a300506032b6570032100', 'hex'),
  fromBase64('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW').subarray(1),
]);
const petersNote =
  'If you think cryptography is the answer to your problem,\n' +
  "then you don't know what your problem is.\n" +
  '\n' +
  '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';

const parse = (text: string) => parseNote(Buffer.from(text));

describe('a signed note', () => {
  it('of another implementation verifies', () => {
    expect(toHex(noteKeyId('PeterNeumann', peter))).toBe('c74f20a3');
    expect(verifyNote(parse(petersNote), 'PeterNeumann', peter, verifyEd25519)).toBe(true);
  });

  it('no longer verifies when its text was changed', () => {
    const changed = petersNote.replace('your problem,', 'my problem,');
    expect(verifyNote(parse(changed), 'PeterNeumann', peter, verifyEd25519)).toBe(false);
  });

  it('is ours when we signed it, and nobody else’s', () => {
    const note = parse(signNote('text\n', origin, signer));
    expect(verifyNote(note, origin, signer.publicKey, verifyEd25519)).toBe(true);
    expect(verifyNote(note, origin, testSigner(2).publicKey, verifyEd25519)).toBe(false);
    expect(verifyNote(note, 'other.example/log', signer.publicKey, verifyEd25519)).toBe(false);
  });

  it('may carry signatures of others, but not a bad one under the same key', () => {
    const text = signNote('text\n', origin, signer);
    const other = signNote('text\n', 'witness.example', testSigner(2)).split('\n\n')[1];
    expect(verifyNote(parse(text + other), origin, signer.publicKey, verifyEd25519)).toBe(true);
    const bad = signNote('other text\n', origin, signer).split('\n\n')[1];
    expect(verifyNote(parse(text + bad), origin, signer.publicKey, verifyEd25519)).toBe(false);
  });

  it.each([
    ['no signature', 'text\n\n'],
    ['no empty line', 'text\n— a AAAAAAA=\n'],
    ['no final newline', 'text\n\n— a AAAAAAA='],
    ['a hyphen for the dash', 'text\n\n- a AAAAAAA=\n'],
    ['a plus sign in the name', 'text\n\n— a+b AAAAAAA=\n'],
    ['no name', 'text\n\n—  AAAAAAA=\n'],
    ['base64 with stray bits', 'text\n\n— a AAAAAAB=\n'],
    ['a signature of the key id alone', 'text\n\n— a AAAAAA==\n'],
    ['a carriage return', 'text\r\n\n— a AAAAAAA=\n'],
    ['something after the signature', 'text\n\n— a AAAAAAA= b\n'],
  ])('with %s is refused', (_, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'ledger/note-malformed' }));
  });

  it('with broken UTF-8 is refused, whatever else it holds', () => {
    expect(() => parseNote(Buffer.of(0xff, 0x0a, 0x0a))).toThrow(
      expect.objectContaining({ code: 'ledger/note-malformed' }),
    );
  });

  it('of any bytes is a note or refused with our own error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          parseNote(bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'ledger/note-malformed' });
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('a checkpoint', () => {
  it('of the specification is read', () => {
    const example =
      'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n' +
      '— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n';
    expect(parseCheckpoint(Buffer.from(example))).toMatchObject({
      origin: 'example.com/behind-the-sofa',
      size: 20_852_163,
      root: fromBase64('CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I='),
    });
  });

  it('comes back as it was signed', () => {
    const head = { origin, size: 12, root: new Uint8Array(32).fill(7) };
    expect(parseCheckpoint(Buffer.from(signCheckpoint(head, signer)))).toMatchObject(head);
  });

  const root = Buffer.alloc(32).toString('base64');
  it.each([
    ['no root', `${origin}\n1\n`],
    ['no origin', `\n1\n${root}\n`],
    ['a size with a leading zero', `${origin}\n01\n${root}\n`],
    ['a negative size', `${origin}\n-1\n${root}\n`],
    ['a size beyond 2^53', `${origin}\n9007199254740993\n${root}\n`],
    ['a short root', `${origin}\n1\nAAAA\n`],
    ['an empty extension line', `${origin}\n1\n${root}\n\nx\n`],
  ])('with %s is refused', (_, text) => {
    expect(() => parseCheckpoint(Buffer.from(signNote(text, origin, signer)))).toThrow(
      expect.objectContaining({ code: 'ledger/checkpoint-malformed' }),
    );
  });
});
