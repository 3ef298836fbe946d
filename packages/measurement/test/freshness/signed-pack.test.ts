import { generateKeyPairSync } from 'node:crypto';
import { encodeUtf8 } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeSenmlCbor, packKeyId, senmlContent, signPack, verifyPack } from '../../src/index.ts';
import { readPack } from '../../src/streams/read-pack.ts';
import { newSigner, verify } from '../signers.ts';

const signer = newSigner();
const keyId = encodeUtf8('pump-1');
const records = [{ n: 'flow', u: 'm3/s', v: 0.25 }];
const fields = { stream: 'pump-1/flow', sequence: 7, signedAt: 1_800_000_000_500, keyId };
const pack = signPack({ ...fields, payload: encodeSenmlCbor(records), content: senmlContent.cbor }, signer);

describe('signed readings', () => {
  it('are of their stream, with sequence and time', () => {
    const { keyId: _, ...rest } = fields;
    expect(verifyPack(pack, verify, signer.publicKey)).toEqual({ ...rest, records });
    expect(packKeyId(pack)).toEqual(keyId);
  });

  it('may be JSON', () => {
    const payload = encodeUtf8('[{"n":"flow","v":1}]');
    const found = verifyPack(
      signPack({ ...fields, payload, content: senmlContent.json }, signer),
      verify,
      signer.publicKey,
    );
    expect(found.records).toEqual([{ n: 'flow', v: 1 }]);
  });

  it('of another key are refused', () => {
    expect(() => verifyPack(pack, verify, newSigner().publicKey)).toThrow(
      expect.objectContaining({ code: 'measurement/pack-signature' }),
    );
  });

  it('of a device with keys of several kinds are read by the one that signed, and forged if it was none', () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const elliptic = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
    const reading = { stream: 'pump-1/flow', fields: ['flow'], verify };
    const read = (keys: readonly Uint8Array[]) => readPack(pack, fields.signedAt, { ...reading, keys });
    expect(read([elliptic, signer.publicKey]).rows).toHaveLength(1);
    expect(() => read([elliptic])).toThrow(expect.objectContaining({ code: 'measurement/pack-signature' }));
  });

  it('hold in every octet, or not at all', () =>
    fc.assert(
      fc.property(fc.nat(pack.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const other = pack.slice();
        other[at] = (other[at] as number) ^ change;
        expect(() => verifyPack(other, verify, signer.publicKey)).toThrow(
          expect.objectContaining({ code: expect.stringMatching(/^measurement\//) }),
        );
      }),
    ));
});
