import { concatBytes, encodeUtf8, type Signer, toHex } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Checkpoint,
  type Cosigner,
  cosign,
  cosignerKey,
  formatNote,
  isSignedByLog,
  type KnownLog,
  parseCheckpoint,
  parseVerifierKey,
  signatureLine,
  signCheckpoint,
  signNote,
  verifierKey,
  verifyCosignature,
} from '../../src/index.ts';
import { hasOpenssl, opensslVerifies } from '../openssl.ts';
import { latticeSigner, secretSigner } from '../signers.ts';
import { origin, signer, testSigner } from '../support.ts';
import { arche, coachAndHorses, goChecksums, sigsum } from './vectors.ts';

const read = (text: string): Checkpoint => parseCheckpoint(Buffer.from(text));
const forged = expect.objectContaining({ code: 'ledger/cosignature-forged' });
const unsuitable = expect.objectContaining({ code: 'ledger/key-unsuitable' });

const classic: Cosigner = { name: 'witness.example/w1', signer: testSigner(21) };
const lattice: Cosigner = { name: 'witness.example/w2', signer: latticeSigner() };
const root = new Uint8Array(32).fill(7);
const plain = signCheckpoint({ origin, size: 12, root }, signer);

/** The checkpoint with cosignatures appended. */
function cosigned(text: string, ...given: readonly (readonly [Cosigner, bigint])[]): Checkpoint {
  const lines = given.map(([by, at]) => signatureLine(cosign(read(text), by, at)));
  return read(text + lines.join(''));
}

describe('a cosignature', () => {
  it.each(arche.witnesses)('of the public witness %s holds', (witness) => {
    const found = verifyCosignature(read(arche.checkpoint), parseVerifierKey(witness));
    expect(found?.timestamp).toBe(1_779_573_024n);
  });

  it('of a public witness with ML-DSA-44 holds', () => {
    const key = parseVerifierKey(coachAndHorses.witness);
    expect(verifyCosignature(read(coachAndHorses.checkpoint), key)?.timestamp).toBe(1_785_704_691n);
  });

  it('of a public witness does not hold for another size', () => {
    const changed = read(coachAndHorses.checkpoint.replace('185550722', '185550723'));
    expect(() => verifyCosignature(changed, parseVerifierKey(coachAndHorses.witness))).toThrow(forged);
  });

  it('is made as sigsum makes it, byte for byte', () => {
    const by = { name: sigsum.name, signer: secretSigner(sigsum.secret) };
    expect(signatureLine(cosign(read(sigsum.checkpoint), by, 1234n))).toBe(sigsum.line);
    const among = read(sigsum.checkpoint + sigsum.others + sigsum.line);
    expect(verifyCosignature(among, cosignerKey(by))?.timestamp).toBe(1234n);
  });

  it.each([
    ['Ed25519', classic],
    ['ML-DSA-44', lattice],
  ])('with %s comes back with its time and its key', (_, by) => {
    const found = verifyCosignature(cosigned(plain, [by, 1_790_000_000n]), cosignerKey(by));
    expect(found).toEqual({ key: cosignerKey(by), timestamp: 1_790_000_000n });
  });

  it('that is not there is not missed', () => {
    expect(verifyCosignature(read(arche.checkpoint), parseVerifierKey(arche.absentWitness))).toBeUndefined();
    const own = verifierKey('other.example', 'ed25519-cosignature', classic.signer.publicKey);
    expect(verifyCosignature(cosigned(plain, [classic, 1n]), own)).toBeUndefined();
  });

  it('given twice counts with the later time', () => {
    const both = cosigned(plain, [classic, 20n], [classic, 10n]);
    expect(verifyCosignature(both, cosignerKey(classic))?.timestamp).toBe(20n);
  });

  it.each([
    ['Ed25519', classic],
    ['ML-DSA-44', lattice],
  ])('with %s is spoiled by any changed byte of it or of the tree head', (_, by) => {
    const checkpoint = cosigned(plain, [by, 1_790_000_000n]);
    const key = cosignerKey(by);
    const line = checkpoint.note.signatures[1]!;
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const signature = Uint8Array.from(line.signature);
        signature[at % signature.length]! ^= change;
        const note = { ...checkpoint.note, signatures: [{ ...line, signature }] };
        expect(() => verifyCosignature({ ...checkpoint, note }, key)).toThrow(forged);
      }),
      { numRuns: 60 },
    );
    for (const [before, after] of [
      [origin, 'plant-8.example/log'],
      ['\n12\n', '\n13\n'],
      ['BwcHBw', 'BwcHCA'],
    ] as const) {
      const changed = read(
        formatNote({ ...checkpoint.note, text: checkpoint.note.text.replace(before, after) }),
      );
      expect(() => verifyCosignature(changed, key)).toThrow(forged);
    }
  });

  it('covers extension lines with Ed25519 and leaves them out with ML-DSA-44', () => {
    const extended = signNote(
      `${origin}\n12\n${Buffer.from(root).toString('base64')}\nextension\n`,
      origin,
      signer,
    );
    const checkpoint = cosigned(extended, [classic, 5n], [lattice, 5n]);
    const changed = read(
      formatNote({ ...checkpoint.note, text: checkpoint.note.text.replace('extension', 'other') }),
    );
    expect(verifyCosignature(checkpoint, cosignerKey(classic))?.timestamp).toBe(5n);
    expect(() => verifyCosignature(changed, cosignerKey(classic))).toThrow(forged);
    expect(verifyCosignature(changed, cosignerKey(lattice))?.timestamp).toBe(5n);
  });

  it('with a time beyond 2^63 − 1 is refused, though its key signed that', () => {
    const signed = (timestamp: bigint): Checkpoint => {
      const message = encodeUtf8(`cosignature/v1\ntime ${timestamp}\n${read(plain).note.text}`);
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(timestamp);
      const signature = concatBytes(time, classic.signer.sign(message));
      return read(plain + signatureLine({ ...cosignerKey(classic), signature }));
    };
    const last = 2n ** 63n - 1n;
    expect(verifyCosignature(signed(last), cosignerKey(classic))?.timestamp).toBe(last);
    expect(() => verifyCosignature(signed(last + 1n), cosignerKey(classic))).toThrow(forged);
  });

  it.each([1, 7, 8, 71])('of %i bytes is refused', (length) => {
    const line = signatureLine({ ...cosignerKey(classic), signature: new Uint8Array(length) });
    expect(() => verifyCosignature(read(plain + line), cosignerKey(classic))).toThrow(forged);
  });

  it('with ML-DSA-44 on a log with an origin that it cannot name is refused', () => {
    const long = signCheckpoint({ origin: 'o'.repeat(256), size: 1, root }, signer);
    const line = signatureLine({ ...cosign(read(plain), lattice, 1n) });
    expect(() => verifyCosignature(read(long + line), cosignerKey(lattice))).toThrow(forged);
  });

  it('is not made without a time, or with ML-DSA-44 for an origin that it cannot name', () => {
    const refused = expect.objectContaining({ code: 'ledger/cosignature-unsuitable' });
    for (const at of [0n, -1n, 2n ** 63n]) expect(() => cosign(read(plain), classic, at)).toThrow(refused);
    const long = read(signCheckpoint({ origin: 'o'.repeat(256), size: 1, root }, signer));
    expect(() => cosign(long, lattice, 1n)).toThrow(refused);
    expect(cosign(long, classic, 1n).name).toBe(classic.name);
  });

  it('is not looked for under a key that only signs notes, nor made with a key of another kind', () => {
    const key = verifierKey(origin, 'ed25519', signer.publicKey);
    expect(() => verifyCosignature(read(plain), key)).toThrow(unsuitable);
    const other: Signer = { ...signer, algorithm: 'ES256', publicKey: lattice.signer.publicKey };
    expect(() => cosign(read(plain), { name: 'a', signer: other }, 1n)).toThrow(unsuitable);
  });

  it.skipIf(!hasOpenssl)('with Ed25519 holds for openssl over the message of the specification', () => {
    const checkpoint = cosigned(plain, [classic, 1_790_000_000n]);
    const { signature } = checkpoint.note.signatures[1]!;
    const message = `cosignature/v1\ntime 1790000000\n${origin}\n12\n${Buffer.from(root).toString('base64')}\n`;
    expect(toHex(signature.subarray(0, 8))).toBe('000000006ab13b80');
    expect(opensslVerifies(classic.signer.publicKey, message, signature.subarray(8))).toBe(true);
    expect(opensslVerifies(classic.signer.publicKey, `${message} `, signature.subarray(8))).toBe(false);
  });
});

describe('a log', () => {
  const known = (...keys: KnownLog['keys']): KnownLog => ({ origin, keys });
  const own = verifierKey(origin, 'ed25519', signer.publicKey);
  const next = latticeSigner();

  it('is known by its signature, whatever its key is named', () => {
    const { key, origin: name, checkpoint } = goChecksums;
    expect(isSignedByLog(read(checkpoint), { origin: name, keys: [parseVerifierKey(key)] })).toBe(true);
    expect(
      isSignedByLog(read(arche.checkpoint), { origin: arche.origin, keys: [parseVerifierKey(arche.key)] }),
    ).toBe(true);
  });

  it('is not known by the signature of another log or of a witness', () => {
    expect(isSignedByLog(read(plain), { ...known(own), origin: 'other.example/log' })).toBe(false);
    expect(isSignedByLog(read(plain), known(verifierKey(origin, 'ed25519', testSigner(2).publicKey)))).toBe(
      false,
    );
    expect(isSignedByLog(read(signCheckpoint({ origin, size: 12, root }, testSigner(2))), known(own))).toBe(
      false,
    );
  });

  it('may sign with two keys, and both must hold', () => {
    const keys = [own, verifierKey(origin, 'ml-dsa-44-cosignature', next.publicKey)];
    const both = cosigned(plain, [{ name: origin, signer: next }, 9n]);
    expect(isSignedByLog(both, known(...keys))).toBe(true);
    const signatures = both.note.signatures.map((line) => ({
      ...line,
      signature: line.signature.map((byte) => byte ^ 1),
    }));
    const half = { ...both, note: { ...both.note, signatures: [both.note.signatures[0]!, signatures[1]!] } };
    expect(isSignedByLog(half, known(...keys))).toBe(false);
    expect(isSignedByLog(half, known(own))).toBe(true);
  });

  it('does not vouch with ML-DSA-44 for lines that the signature leaves out', () => {
    const key = verifierKey(origin, 'ml-dsa-44-cosignature', next.publicKey);
    const { note } = cosigned(plain, [{ name: origin, signer: next }, 9n]);
    expect(isSignedByLog(read(formatNote(note)), known(key))).toBe(true);
    expect(isSignedByLog(read(formatNote({ ...note, text: `${note.text}added\n` })), known(key))).toBe(false);
  });

  it('is not known without a key, or by the key of a witness', () => {
    expect(() => isSignedByLog(read(plain), known())).toThrow(unsuitable);
    expect(() => isSignedByLog(read(plain), known(cosignerKey(classic)))).toThrow(unsuitable);
  });
});
