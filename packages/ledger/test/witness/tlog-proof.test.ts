import { encodeUtf8, fromHex, toBase64 } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Cosigner,
  cosign,
  cosignerKey,
  encodeTlogProof,
  inclusionProof,
  leafHash,
  merkleRoot,
  parseCheckpoint,
  parseTlogProof,
  rangeHashOf,
  signatureLine,
  signCheckpoint,
  verifierKey,
  verifyTlogProof,
} from '../../src/index.ts';
import { testSigner } from '../signers.ts';
import { log, logSigner, origin } from './support.ts';

const code = (name: string) => expect.objectContaining({ code: `ledger/${name}` });
const leaves = Array.from({ length: 40 }, (_, index) => leafHash(Buffer.from(`entry ${index}`)));
const checkpointOf = (size: number): string =>
  signCheckpoint({ origin, size, root: merkleRoot(leaves.slice(0, size)) }, logSigner);

function proofOf(index: number, size: number, extra?: Uint8Array) {
  const proof = {
    index,
    path: inclusionProof(index, size, rangeHashOf(leaves)),
    checkpoint: checkpointOf(size),
  };
  return extra === undefined ? proof : { ...proof, extra };
}

const [one, two]: Cosigner[] = [
  { name: 'witness.example/w1', signer: testSigner(21) },
  { name: 'witness.example/w2', signer: testSigner(22) },
];
const bytesOf = (proof: Parameters<typeof encodeTlogProof>[0]) => encodeUtf8(encodeTlogProof(proof));

describe('a proof', () => {
  it('has the form of the specification, with the hashes of the reference implementation of RFC 6962', () => {
    // google/certificate-transparency, merkletree tests: entry 5 of 8.
    const entries = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ];
    const known = entries.map((entry) => leafHash(fromHex(entry)));
    const checkpoint = signCheckpoint({ origin, size: 8, root: merkleRoot(known) }, logSigner);
    const path = [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ].map((hash) => toBase64(fromHex(hash)));
    const text = `c2sp.org/tlog-proof@v1\nextra aGludA==\nindex 5\n${path.join('\n')}\n\n${checkpoint}`;
    const extra = Buffer.from('hint');
    expect(
      encodeTlogProof({ index: 5, path: inclusionProof(5, 8, rangeHashOf(known)), checkpoint, extra }),
    ).toBe(text);
    const { proof, head } = verifyTlogProof(Buffer.from(text), known[5]!, { log });
    expect(Buffer.from(proof.extra!).toString()).toBe('hint');
    expect(head).toMatchObject({ origin, size: 8 });
  });

  it('comes back as it was written, and holds for its entry and for no other', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        fc.nat({ max: 39 }),
        fc.option(fc.uint8Array({ maxLength: 40 }), { nil: undefined }),
        (size, place, other, extra) => {
          const index = place % size;
          const proof = proofOf(index, size, extra);
          const bytes = bytesOf(proof);
          const parsed = parseTlogProof(bytes);
          expect({ ...parsed, path: parsed.path.map((hash) => Buffer.from(hash)) }).toEqual({
            ...proof,
            path: proof.path.map((hash) => Buffer.from(hash)),
          });
          expect(verifyTlogProof(bytes, leaves[index]!, { log }).proof).toEqual(parsed);
          if (other === index) return;
          expect(() => verifyTlogProof(bytes, leaves[other]!, { log })).toThrow(code('inclusion-unproven'));
        },
      ),
      { numRuns: 80 },
    );
  });

  it('of another index, of another tree or of another log does not hold', () => {
    const proof = proofOf(5, 20);
    const verify = (changed: Partial<typeof proof>, known = log) =>
      verifyTlogProof(bytesOf({ ...proof, ...changed }), leaves[5]!, { log: known });
    expect(() => verify({ index: 6 })).toThrow(code('inclusion-unproven'));
    expect(() => verify({ index: 20 })).toThrow(code('inclusion-unproven'));
    expect(() => verify({ checkpoint: checkpointOf(21) })).toThrow(code('inclusion-unproven'));
    expect(() => verify({ path: proof.path.slice(1) })).toThrow(code('inclusion-unproven'));
    expect(() => verify({}, { ...log, origin: 'other.example/log' })).toThrow(code('other-log'));
    const forged = signCheckpoint(parseCheckpoint(encodeUtf8(proof.checkpoint)), testSigner(9));
    expect(() => verify({ checkpoint: forged })).toThrow(code('checkpoint-forged'));
  });

  it('is held against a quorum of witnesses if there is one', () => {
    const proof = proofOf(5, 20);
    const head = parseCheckpoint(encodeUtf8(proof.checkpoint));
    const cosigned = (...by: readonly Cosigner[]) =>
      bytesOf({
        ...proof,
        checkpoint: proof.checkpoint + by.map((each) => signatureLine(cosign(head, each, 7n))).join(''),
      });
    const quorum = { keys: [one!, two!].map(cosignerKey), threshold: 2 };
    const { witnesses } = verifyTlogProof(cosigned(one!, two!), leaves[5]!, { log, quorum });
    expect(witnesses.map(({ names, timestamp }) => [names, timestamp])).toEqual([
      [[one!.name], 7n],
      [[two!.name], 7n],
    ]);
    expect(() => verifyTlogProof(cosigned(one!), leaves[5]!, { log, quorum })).toThrow(code('quorum-missed'));
    expect(verifyTlogProof(cosigned(one!), leaves[5]!, { log }).witnesses).toEqual([]);
  });

  it('is not witnessed by the log itself', () => {
    const own = verifierKey('witness.example', 'ed25519-cosignature', logSigner.publicKey);
    expect(() =>
      verifyTlogProof(bytesOf(proofOf(5, 20)), leaves[5]!, { log, quorum: { keys: [own], threshold: 1 } }),
    ).toThrow(code('quorum-unsuitable'));
  });

  const checkpoint = checkpointOf(2);
  const hash = toBase64(leaves[0]!);
  // The cases of transparency-dev/formats (proof/tlog_proof_test.go), and some more.
  it.each([
    ['another first line', `c2sp.org/tlog-proof@v2\nindex 0\n${hash}\n\n${checkpoint}`],
    ['no index', `c2sp.org/tlog-proof@v1\n${hash}\n\n${checkpoint}`],
    ['an index that is no number', `c2sp.org/tlog-proof@v1\nindex one\n\n${checkpoint}`],
    ['a negative index', `c2sp.org/tlog-proof@v1\nindex -5\n\n${checkpoint}`],
    ['an index with a leading zero', `c2sp.org/tlog-proof@v1\nindex 00\n\n${checkpoint}`],
    ['extra data that is no base64', `c2sp.org/tlog-proof@v1\nextra !!\nindex 0\n\n${checkpoint}`],
    ['extra data behind the index', `c2sp.org/tlog-proof@v1\nindex 0\nextra AA==\n\n${checkpoint}`],
    ['extra data twice', `c2sp.org/tlog-proof@v1\nextra AA==\nextra AA==\nindex 0\n\n${checkpoint}`],
    ['a hash that is no base64', `c2sp.org/tlog-proof@v1\nindex 0\n!!\n\n${checkpoint}`],
    [
      'a hash of 64 bytes',
      `c2sp.org/tlog-proof@v1\nindex 0\n${toBase64(new Uint8Array(64))}\n\n${checkpoint}`,
    ],
    ['64 hashes', `c2sp.org/tlog-proof@v1\nindex 0\n${`${hash}\n`.repeat(64)}\n${checkpoint}`],
    ['no empty line', `c2sp.org/tlog-proof@v1\nindex 0\n${hash}\n`],
    ['a carriage return', `c2sp.org/tlog-proof@v1\r\nindex 0\n${hash}\n\n${checkpoint}`],
    ['broken UTF-8', Buffer.of(0xff)],
    [
      'too much extra data',
      `c2sp.org/tlog-proof@v1\nextra ${toBase64(new Uint8Array(65_537))}\nindex 0\n\n${checkpoint}`,
    ],
    ['too many bytes', Buffer.alloc(200_000, 'x')],
  ])('with %s is refused', (_, bytes) => {
    expect(() => parseTlogProof(Buffer.from(bytes))).toThrow(code('proof-malformed'));
  });

  it('is not written when it would not be read', () => {
    const proof = proofOf(0, 2);
    expect(() => encodeTlogProof({ ...proof, index: -1 })).toThrow(code('proof-malformed'));
    expect(() => encodeTlogProof({ ...proof, index: 0.5 })).toThrow(code('proof-malformed'));
    expect(() => encodeTlogProof({ ...proof, path: [new Uint8Array(31)] })).toThrow(code('proof-malformed'));
    expect(() => encodeTlogProof({ ...proof, extra: new Uint8Array(65_537) })).toThrow(
      code('proof-malformed'),
    );
    expect(() => encodeTlogProof({ ...proof, checkpoint: 'nonsense' })).toThrow(code('note-malformed'));
  });

  it('of any bytes is one or refused with our own error, and a changed byte never makes another entry hold', () => {
    const bytes = bytesOf(proofOf(5, 20, Buffer.from('hint')));
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (other, at, change) => {
          const changed = Uint8Array.from(bytes);
          changed[at % changed.length]! ^= change;
          for (const [given, leaf] of [
            [other, leaves[5]!],
            [changed, leaves[6]!],
          ] as const) {
            expect(() => verifyTlogProof(given, leaf, { log })).toThrow(
              expect.objectContaining({ name: 'KitenError' }),
            );
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
