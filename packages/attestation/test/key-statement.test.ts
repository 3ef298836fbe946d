import { KitenError, toHex, writeDer } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkCertify,
  decodeCertifyStatement,
  decodeWrapperStatement,
  encodeCertifyStatement,
  encodeWrapperStatement,
} from '../src/index.ts';
import { SimulatedDevice, SimulatedKey } from './support/simulated-device.ts';

const device = new SimulatedDevice();
const nonce = Buffer.from('a nonce of this site');
const certified = device.certify(new SimulatedKey(), nonce);

const code = (decode: () => unknown): string => {
  try {
    decode();
  } catch (error) {
    if (error instanceof KitenError) return error.code;
    throw error;
  }
  return 'accepted';
};

const sequenceOf = (...parts: readonly Uint8Array[]) =>
  writeDer((writer) => {
    const mark = writer.begin(0x30);
    for (const part of parts) writer.octetString(part);
    writer.end(mark);
  });

const sized = (octets: Uint8Array) =>
  Buffer.concat([Buffer.of(octets.length >> 8, octets.length & 0xff), octets]);

describe('what a TPM says of a key, in a certification request', () => {
  test('comes out as it went in, and holds', () => {
    const { type, statement } = encodeCertifyStatement(certified);
    expect(type).toBe('2.23.133.20.1');
    const decoded = decodeCertifyStatement(statement);
    expect(toHex(decoded.publicArea)).toBe(toHex(certified.publicArea));
    expect(checkCertify(decoded, device.ak.tpmKey, nonce).problem).toBeUndefined();
  });

  test('may have sizes in front, as tools write them', () => {
    const { message, signature, publicArea } = certified;
    const decoded = decodeCertifyStatement(sequenceOf(sized(message), signature, sized(publicArea)));
    expect(checkCertify(decoded, device.ak.tpmKey, nonce).problem).toBeUndefined();
  });

  test('needs the public area of the key', () => {
    const { message, signature } = certified;
    const without = sequenceOf(message, signature);
    expect(code(() => decodeCertifyStatement(without))).toBe('attestation/key-statement-area');
    const more = sequenceOf(message, signature, message, message);
    expect(code(() => decodeCertifyStatement(more))).toBe('attestation/key-statement-malformed');
  });

  test('is refused with a code if it is damaged', () => {
    const known = ['accepted', 'attestation/key-statement-malformed', 'attestation/key-statement-area'];
    const { statement } = encodeCertifyStatement(certified);
    for (let index = 0; index < statement.length; index += 1) {
      expect(known).toContain(code(() => decodeCertifyStatement(statement.subarray(0, index))));
      expect(known).toContain(
        code(() => decodeCertifyStatement(statement.with(index, statement[index]! ^ 0xff))),
      );
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (octets) => {
        expect(known).toContain(code(() => decodeCertifyStatement(octets)));
        expect(known).toContain(code(() => decodeWrapperStatement(octets)));
      }),
    );
  });

  test('can be whole evidence, too', () => {
    const { type, statement } = encodeWrapperStatement(Buffer.from('evidence'));
    expect(type).toBe('1.3.6.1.5.5.7.1.35');
    expect(Buffer.from(decodeWrapperStatement(statement)).toString()).toBe('evidence');
  });
});
