import { decodeCbor, encodeCbor, KitenError, toHex } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkRuntimeReport,
  decodeRuntimeReport,
  decodeTpmEvidence,
  encodeRuntimeReport,
  encodeTpmEvidence,
  lockdownLevels,
  type RuntimeReport,
} from '../../src/index.ts';
import { goodReport, SimulatedDevice, SimulatedKey } from '../support/simulated-device.ts';

const nonce = Buffer.from('a nonce of this verifier');
const device = new SimulatedDevice();
const report: RuntimeReport = { ...goodReport, nonce: new Uint8Array(nonce), signer: device.ak.tpmKey.name! };

const code = (decode: () => unknown): string => {
  try {
    decode();
  } catch (error) {
    if (error instanceof KitenError) return error.code;
    throw error;
  }
  return 'accepted';
};

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const word = fc.string({ minLength: 1, maxLength: 20 });
const optional = <Value>(name: string, values: fc.Arbitrary<Value>) =>
  fc.option(values, { nil: undefined }).map((value) => (value === undefined ? {} : { [name]: value }));

const reports: fc.Arbitrary<RuntimeReport> = fc
  .tuple(
    fc.record({ nonce: octets(32), signer: octets(34), boot: octets(16) }),
    optional(
      'kernel',
      fc
        .tuple(
          fc.record({
            release: word,
            taint: fc.nat(),
            settings: fc.uniqueArray(fc.tuple(word, fc.integer()), {
              selector: ([name]) => name,
              maxLength: 5,
            }),
          }),
          optional('lockdown', fc.constantFrom(...lockdownLevels)),
        )
        .map(([kernel, lockdown]) => ({ ...kernel, settings: new Map(kernel.settings), ...lockdown })),
    ),
    optional(
      'modules',
      fc.array(
        fc
          .tuple(word, optional('digest', octets(32)), optional('signer', word))
          .map(([name, ...rest]) => Object.assign({ name }, ...rest)),
        { maxLength: 5 },
      ),
    ),
    optional(
      'sockets',
      fc.array(
        fc
          .tuple(
            fc.record({
              protocol: fc.constantFrom('tcp', 'udp', 'unix'),
              address: word,
              port: fc.nat(65_535),
            }),
            optional('executable', word),
          )
          .map(([socket, executable]) => ({ ...socket, ...executable })),
        { maxLength: 5 },
      ),
    ),
    optional(
      'events',
      fc.record({
        stream: octets(16),
        first: fc.nat(),
        lost: fc.nat(),
        events: fc.array(fc.record({ at: fc.nat(), kind: word, process: word, detail: word }), {
          maxLength: 5,
        }),
      }),
    ),
  )
  .map(([base, ...parts]) => Object.assign({ ...base, unseen: [] }, ...parts) as RuntimeReport);

describe('a runtime report', () => {
  test('is decoded to what was encoded, and encoded alike every time', () => {
    expect(decodeRuntimeReport(encodeRuntimeReport(report))).toEqual(report);
    fc.assert(
      fc.property(reports, (each) => {
        const bytes = encodeRuntimeReport(each);
        expect(decodeRuntimeReport(bytes)).toEqual(each);
        expect(encodeRuntimeReport(decodeRuntimeReport(bytes))).toEqual(bytes);
      }),
      { numRuns: 300 },
    );
  });

  test('never begins like what a TPM says itself, or its key would not sign it', () => {
    fc.assert(
      fc.property(reports, (each) => {
        expect(toHex(encodeRuntimeReport(each).subarray(0, 4))).not.toBe('ff544347');
      }),
      { numRuns: 100 },
    );
  });

  test('that is changed anywhere is another report, or refused with its code', () => {
    const bytes = encodeRuntimeReport(report);
    const attempt = (changed: Uint8Array) => {
      expect(['accepted', 'attestation/report-malformed']).toContain(
        code(() => decodeRuntimeReport(changed)),
      );
    };
    for (let index = 0; index < bytes.length; index += 1) {
      attempt(bytes.subarray(0, index));
      for (const bits of [1, 0x20, 0x80, 0xff]) attempt(bytes.with(index, bytes[index]! ^ bits));
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), attempt), { numRuns: 2000 });
  });

  test('with anything that is not known is refused', () => {
    const bytes = encodeRuntimeReport(report);
    const with_ = (key: number, value: unknown) => {
      const map = decodeCbor(bytes) as Map<number, unknown>;
      map.set(key, value);
      return code(() => decodeRuntimeReport(encodeCbor(map as never)));
    };
    expect(with_(11, 'more')).toBe('attestation/report-malformed');
    expect(with_(0, 2)).toBe('attestation/report-malformed');
    expect(with_(6, [['sctp', '0.0.0.0', 1, null]])).toBe('attestation/report-malformed');
    expect(with_(6, [['tcp', '0.0.0.0', 65_536, null]])).toBe('attestation/report-malformed');
    expect(with_(6, [['tcp', '0.0.0.0', 65_535, null]])).toBe('accepted');
    expect(with_(10, [['weather', 'rain']])).toBe('attestation/report-malformed');
    expect(with_(1, new Uint8Array(7))).toBe('attestation/report-malformed');
    expect(
      with_(
        5,
        Array.from({ length: 1025 }, () => ['ext4', null, null]),
      ),
    ).toBe('attestation/report-malformed');
  });

  test('is a part of evidence like every other', () => {
    const evidence = { ...device.evidence(nonce), runtime: device.report(nonce) };
    const bytes = encodeTpmEvidence(evidence);
    const decoded = decodeTpmEvidence(bytes);
    expect(Buffer.from(decoded.runtime!.report)).toEqual(Buffer.from(evidence.runtime.report));
    expect(encodeTpmEvidence(decoded)).toEqual(bytes);
  });
});

describe('a signed report', () => {
  const key = device.ak.tpmKey;

  test('holds under the key that signed it, for the nonce that is in it', () => {
    expect(checkRuntimeReport(device.report(nonce), key, nonce).problem).toBeUndefined();
    expect(checkRuntimeReport(device.report(nonce), key, undefined).problem).toBeUndefined();
    expect(checkRuntimeReport(device.report(nonce), key, Buffer.from('another nonce')).problem).toBe('nonce');
  });

  test('by another key does not hold, whatever it says of its signer', () => {
    const other = new SimulatedKey();
    expect(checkRuntimeReport(device.report(nonce, {}, other), key, nonce).problem).toBe('signature');
    const honest = device.report(nonce, { signer: other.tpmKey.name! }, other);
    expect(checkRuntimeReport(honest, key, nonce).problem).toBe('signer');
    // Of a key that is known by itself alone, there is no name to compare.
    const { name: _, area: _area, ...bare } = key;
    expect(checkRuntimeReport(honest, bare, nonce).problem).toBe('signature');
  });

  test('that is changed does not hold', () => {
    const { report: bytes, signature } = device.report(nonce);
    for (let index = 0; index < bytes.length; index += 7) {
      const changed = bytes.with(index, bytes[index]! ^ 1);
      expect(checkRuntimeReport({ report: changed, signature }, key, nonce).problem).toBeDefined();
    }
    expect(checkRuntimeReport({ report: bytes, signature: Buffer.of(1) }, key, nonce).problem).toBe(
      'signature-unreadable',
    );
  });
});
