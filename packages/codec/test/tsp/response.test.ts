import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex } from '../../src/bytes.ts';
import { grantedToken, parseTimeStampResponse } from '../../src/tsp/response.ts';
import { parseTimeStampToken } from '../../src/tsp/token.ts';
import { element, sequence } from '../der/element.ts';
import { holdsUnderMutation } from '../mutation.ts';
import { codeOf, refusalOf } from '../refusal.ts';
import { root, stampedAt, stamper } from './certificates.ts';
import { tokenOf } from './structures.ts';

const token = tokenOf(stamper(root()));
const status = (number: number, ...more: Uint8Array[]) => sequence(element(2, [number]), ...more);
const text = (...texts: string[]) => sequence(...texts.map((each) => element(0x0c, each)));
const nothing = new Uint8Array(0);
/** PKIFailureInfo with bit 15, unacceptedPolicy. */
const unacceptedPolicy = fromHex('0303000001');

test.each([
  [0, 'granted'],
  [1, 'grantedWithMods'],
] as const)('status %i comes with a token', (number, name) => {
  const response = parseTimeStampResponse(sequence(status(number, text('Gut.', '良い')), token));
  expect(response).toEqual({ status: name, text: ['Gut.', '良い'], token: parseTimeStampToken(token) });
  expect(grantedToken(response).time).toBe(stampedAt);
});

test.each([
  [2, 'rejection'],
  [3, 'waiting'],
  [4, 'revocationWarning'],
  [5, 'revocationNotification'],
] as const)('status %i comes without one', (number, name) => {
  const response = parseTimeStampResponse(sequence(status(number, text('No.'), unacceptedPolicy)));
  expect(response).toEqual({ status: name, text: ['No.'], failures: ['unacceptedPolicy'] });
  const error = refusalOf(() => grantedToken(response));
  expect(error.code).toBe('codec/tsp-refused');
  expect(error.message).toBe(`The time-stamping authority gave no token: ${name}, unacceptedPolicy.`);
  expect(error.detail).toEqual({ status: name, text: ['No.'], failures: ['unacceptedPolicy'] });
});

test.each([
  ['03020780', 'badAlg'],
  ['03020520', 'badRequest'],
  ['03020204', 'badDataFormat'],
  ['0303010002', 'timeNotAvailable'],
  ['0303000001', 'unacceptedPolicy'],
  ['030407000080', 'unacceptedExtension'],
  ['030406000040', 'addInfoNotAvailable'],
  ['03050600000040', 'systemFailure'],
])('%s means %s (RFC 3161 §2.4.2)', (hex, failure) => {
  expect(parseTimeStampResponse(sequence(status(2, fromHex(hex))))).toMatchObject({ failures: [failure] });
});

test('a refusal may give several reasons, or none', () => {
  expect(parseTimeStampResponse(sequence(status(2, fromHex('030205a0'))))).toMatchObject({
    failures: ['badAlg', 'badRequest'],
  });
  const silent = parseTimeStampResponse(sequence(status(2)));
  expect(silent).toEqual({ status: 'rejection', text: [], failures: [] });
  expect(refusalOf(() => grantedToken(silent)).message).toBe(
    'The time-stamping authority gave no token: rejection.',
  );
});

test('what the authority says stays out of the message, which may go to a terminal', () => {
  const response = parseTimeStampResponse(sequence(status(2, text('\u009b2Jx'))));
  const { message, detail } = refusalOf(() => grantedToken(response));
  expect(message).not.toContain('\u009b');
  expect(detail).toMatchObject({ text: ['\u009b2Jx'] });
});

describe('refused', () => {
  test.each<[string, Uint8Array, string]>([
    ['a status that nobody knows', sequence(status(6)), 'codec/tsp-status'],
    ['a negative status', sequence(status(0xff)), 'codec/der-integer-range'],
    ['a grant without token', sequence(status(0)), 'codec/tsp-token-missing'],
    ['a grant with modifications without token', sequence(status(1)), 'codec/tsp-token-missing'],
    ['a rejection with token', sequence(status(2), token), 'codec/tsp-token-unexpected'],
    ['a grant with reasons against it', sequence(status(0, unacceptedPolicy), token), 'codec/tsp-failure'],
    ['a reason that nobody knows', sequence(status(2, fromHex('03020640'))), 'codec/tsp-failure'],
    [
      'reasons that end with a bit not set',
      sequence(status(2, fromHex('03020080'))),
      'codec/der-named-bits-trailing-zero',
    ],
    ['no text at all', sequence(status(2, sequence())), 'codec/tsp-text'],
    ['17 texts', sequence(status(2, text(...new Array(17).fill('a')))), 'codec/tsp-text'],
    ['text that is no UTF8String', sequence(status(2, sequence(element(0x13, 'a')))), 'codec/tsp-text'],
    ['text that is no UTF-8', sequence(status(2, sequence(element(0x0c, [0xff])))), 'codec/der-string-utf8'],
    ['more in the status', sequence(status(2, text('a'), fromHex('0500'))), 'codec/der-trailing'],
    ['more behind the token', sequence(status(0), token, fromHex('0500')), 'codec/der-trailing'],
    ['more behind the answer', concatBytes(sequence(status(2)), fromHex('0500')), 'codec/der-trailing'],
    ['a token that is none', sequence(status(0), sequence()), 'codec/der-truncated'],
    ['nothing', nothing, 'codec/der-truncated'],
    ['more than an answer may have', new Uint8Array(69_633), 'codec/der-too-large'],
  ])('%s', (_, der, code) => {
    expect(codeOf(() => parseTimeStampResponse(der))).toBe(code);
  });
});

test('a damaged answer is read or refused, nothing else', () => {
  holdsUnderMutation(sequence(status(0, text('Gut.')), token), parseTimeStampResponse);
  holdsUnderMutation(sequence(status(2, text('No.'), unacceptedPolicy)), parseTimeStampResponse);
});
