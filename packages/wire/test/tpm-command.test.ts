import { fromHex, KitenError, toHex } from '@kiten/codec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  continueSession,
  decodeTpmResponse,
  decodeTpmResponseHeader,
  describeTpmResponse,
  encodeTpmCommand,
  passwordSession,
  tpmCommandCodes,
} from '../src/index.ts';

const nothing = new Uint8Array(0);

describe('commands', () => {
  test('TPM2_Startup(CLEAR) is what firmware sends', () => {
    const command = {
      code: tpmCommandCodes.startup,
      handles: [],
      authorizations: [],
      parameters: fromHex('0000'),
    };
    // TPM 2.0 Library, Part 3, 9.3: the first command after _TPM_Init.
    expect(toHex(encodeTpmCommand(command))).toBe('80010000000c000001440000');
  });

  test('a password authorizes a handle: nine octets, and TPM_ST_SESSIONS tells of it', () => {
    const authorization = { session: passwordSession, nonce: nothing, attributes: 0, proof: nothing };
    const command = {
      code: tpmCommandCodes.pcrExtend,
      handles: [16],
      authorizations: [authorization],
      parameters: fromHex(`00000001000b${'ab'.repeat(32)}`),
    };
    expect(toHex(encodeTpmCommand(command))).toBe(
      `80020000004100000182000000100000000940000009000000000000000001000b${'ab'.repeat(32)}`,
    );
    const continued = encodeTpmCommand({
      ...command,
      authorizations: [{ ...authorization, session: 0x03000000, attributes: continueSession }],
    });
    expect(toHex(continued.subarray(18, 27))).toBe('030000000000010000');
  });

  test('no command is longer than a TPM reads, or has more sessions', () => {
    const command = { code: 1, handles: [], authorizations: [], parameters: new Uint8Array(4087) };
    expect(() => encodeTpmCommand(command)).toThrow(expect.objectContaining({ code: 'wire/tpm-size' }));
    const authorization = { session: passwordSession, nonce: nothing, attributes: 0, proof: nothing };
    expect(() =>
      encodeTpmCommand({ ...command, parameters: nothing, authorizations: Array(4).fill(authorization) }),
    ).toThrow(expect.objectContaining({ code: 'wire/tpm-count' }));
  });
});

describe('responses', () => {
  const withSessions = fromHex(
    `8002 00000019 00000000 80000000 00000002 c0de 0000 01 0000`.replaceAll(' ', ''),
  );
  test('a handle stands before the parameters, sessions behind them', () => {
    expect(decodeTpmResponse(withSessions, 1)).toEqual({
      responseCode: 0,
      handles: [0x80000000],
      parameters: fromHex('c0de'),
    });
  });

  test('a refusal has nothing but its code, whatever handles success would have had', () => {
    expect(decodeTpmResponse(fromHex('80010000000a0000098e'), 1)).toEqual({
      responseCode: 0x98e,
      handles: [],
      parameters: nothing,
    });
    // A TPM 1.2 says TPM_BADTAG to every command of a 2.0.
    expect(decodeTpmResponse(fromHex('00c40000000a0000001e'), 0).responseCode).toBe(0x1e);
  });

  test('each fault has its code', () => {
    const code = (bytes: Uint8Array, handles = 0): string => {
      try {
        decodeTpmResponse(bytes, handles);
      } catch (error) {
        if (error instanceof KitenError) return error.code;
        throw error;
      }
      return 'accepted';
    };
    expect(code(withSessions.subarray(0, -1), 1)).toBe('wire/tpm-size');
    expect(code(withSessions.with(1, 3), 1)).toBe('wire/tpm-tag');
    expect(code(withSessions.with(17, 3), 1)).toBe('wire/tpm-truncated');
    expect(code(fromHex('80010000000b0000098e00'))).toBe('wire/tpm-trailing-bytes');
    expect(code(fromHex('8001000000'))).toBe('wire/tpm-truncated');
    expect(code(fromHex('800100000009000000'))).toBe('wire/tpm-size');
    expect(code(fromHex('80017fffffff00000000'))).toBe('wire/tpm-size');
    expect(code(fromHex('00c40000000a00000000'))).toBe('wire/tpm-tag');
  });

  test('whatever comes is decoded or refused, and no size leads astray', () => {
    const attempt = (bytes: Uint8Array, handles: number): void => {
      try {
        const { parameters } = decodeTpmResponse(bytes, handles);
        expect(parameters.length).toBeLessThanOrEqual(bytes.length);
        expect(decodeTpmResponseHeader(bytes).size).toBe(bytes.length);
      } catch (error) {
        if (!(error instanceof KitenError) || !error.code.startsWith('wire/tpm-')) throw error;
      }
    };
    for (let index = 0; index < withSessions.length; index += 1) {
      for (let octet = 0; octet < 256; octet += 1) attempt(withSessions.with(index, octet), 1);
      attempt(withSessions.subarray(0, index), 1);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(3), attempt), { numRuns: 1000 });
    const framed = fc.uint8Array({ maxLength: 80 }).map((body) => {
      const whole = Uint8Array.of(0x80, 2, 0, 0, 0, body.length + 10, 0, 0, 0, 0, ...body);
      return whole;
    });
    fc.assert(fc.property(framed, fc.nat(3), attempt), { numRuns: 1000 });
  });
});

// TPM 2.0 Library, Part 2, 6.6.3; as `tpm2_rc_decode` says, too.
test.each([
  [0, 'TPM_RC_SUCCESS', undefined],
  [0x100, 'TPM_RC_INITIALIZE', undefined],
  [0x101, 'TPM_RC_FAILURE', undefined],
  [0x12f, 'TPM_RC_AUTH_UNAVAILABLE', undefined],
  [0x18b, 'TPM_RC_HANDLE', { kind: 'handle', number: 1 }],
  [0x1d5, 'TPM_RC_SIZE', { kind: 'parameter', number: 1 }],
  [0x2c4, 'TPM_RC_VALUE', { kind: 'parameter', number: 2 }],
  [0x98e, 'TPM_RC_AUTH_FAIL', { kind: 'session', number: 1 }],
  [0x99d, 'TPM_RC_POLICY_FAIL', { kind: 'session', number: 1 }],
  [0x2df, 'TPM_RC_INTEGRITY', { kind: 'parameter', number: 2 }],
  [0x902, 'TPM_RC_OBJECT_MEMORY', undefined],
  [0x921, 'TPM_RC_LOCKOUT', undefined],
  [0x922, 'TPM_RC_RETRY', undefined],
  [0x01e, 'TPM_RC_BAD_TAG', undefined],
  [0x1b0, '0x000001b0', { kind: 'handle', number: 1 }],
  [0x00070001, '0x00070001', undefined],
] as const)('response code %i is %s', (code, name, place) => {
  expect(describeTpmResponse(code)).toEqual({ name, place });
});
