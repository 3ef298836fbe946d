import { describe, expect, it } from 'vitest';
import { verifyEd25519 } from '../src/ed25519.ts';
import { verifySignature } from '../src/verify-signature.ts';
import { latticeSigner } from './signers.ts';
import { signer } from './support.ts';

const lattice = latticeSigner();
const data = Buffer.from('data');

describe('a signature', () => {
  it.each([signer, lattice])(
    'with $algorithm holds for its key and its data',
    ({ algorithm, publicKey, sign }) => {
      expect(verifySignature(algorithm, publicKey, data, sign(data))).toBe(true);
      expect(verifySignature(algorithm, publicKey, Buffer.from('other'), sign(data))).toBe(false);
      expect(verifySignature(algorithm, publicKey, data, sign(data).subarray(1))).toBe(false);
      expect(verifySignature(algorithm, publicKey, data, new Uint8Array(0))).toBe(false);
    },
  );

  it('does not choose the kind of its key', () => {
    expect(verifySignature('EdDSA', lattice.publicKey, data, lattice.sign(data))).toBe(false);
    expect(verifySignature('ML-DSA-44', signer.publicKey, data, signer.sign(data))).toBe(false);
    expect(verifySignature('ML-DSA-65', lattice.publicKey, data, lattice.sign(data))).toBe(false);
    expect(verifyEd25519('ML-DSA-44', lattice.publicKey, data, lattice.sign(data))).toBe(false);
  });

  it('does not hold for bytes that are no key', () => {
    const short = Buffer.concat([signer.publicKey.subarray(0, 12), new Uint8Array(20)]);
    for (const key of [new Uint8Array(0), short, signer.publicKey.subarray(1)]) {
      expect(verifySignature('EdDSA', key, data, signer.sign(data))).toBe(false);
    }
  });
});
