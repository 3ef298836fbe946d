import { expect, test } from 'vitest';
import { concatBytes, fromHex } from '../../src/bytes.ts';
import { parseTimeStampToken } from '../../src/tsp/token.ts';
import { element, sequence } from '../der/element.ts';
import { codeOf } from '../refusal.ts';
import { named } from '../x509/structures.ts';
import { root, stampedAt, stamper } from './certificates.ts';
import {
  digest,
  hashAlgorithm,
  type InfoParts,
  infoOf,
  nonce,
  oid,
  type TokenParts,
  tokenOf,
} from './structures.ts';

const authority = stamper(root());
const nothing = new Uint8Array(0);
const parse = (parts: TokenParts) => parseTimeStampToken(tokenOf(authority, parts));
const parseInfo = (parts: InfoParts) => parse({ info: infoOf(parts) });
/** A tail of a TSTInfo with a nonce among what else there is. */
const tail = (...parts: Uint8Array[]) => ({ tail: concatBytes(...parts) });
const extension = (critical: string) =>
  sequence(fromHex('06032a0304'), fromHex(critical), element(4, [5, 0]));

test('all that a TSTInfo may have is read', () => {
  const { tsa, ...info } = parseInfo({
    time: element(0x18, '20260601120000.25Z'),
    ...tail(
      sequence(fromHex('020101'), fromHex('800201f4'), fromHex('810105')),
      fromHex('0101ff'),
      element(2, nonce),
      element(0xa0, element(0xa4, named('stamper'))),
      element(0xa1, extension('')),
    ),
  });
  expect(info).toMatchObject({ time: stampedAt + 250, accuracy: 1500.005, ordering: true, nonce });
  expect(tsa).toMatchObject({ kind: 'directory', name: [{ type: 'CN', value: 'stamper' }] });
});

test('a TSTInfo needs none of what is optional', () => {
  const info = parseInfo({ tail: nothing });
  for (const field of ['accuracy', 'nonce', 'tsa']) expect(info).not.toHaveProperty(field);
});

test('serial numbers of 160 bits are read, and of zero', () => {
  const octets = new Uint8Array(20).fill(0xff);
  expect(parseInfo({ serial: element(2, [0], octets) }).serialNumber).toEqual(octets);
  expect(parseInfo({ serial: element(2, [0]) }).serialNumber).toEqual(Uint8Array.of(0));
});

test.each<[string, InfoParts, string]>([
  ['version 2', { version: element(2, [2]) }, 'codec/tsp-version'],
  [
    'an imprint by SHA-1',
    { imprint: sequence(sequence(fromHex(oid.sha1)), element(4, new Uint8Array(20))) },
    'codec/tsp-imprint-hash',
  ],
  [
    'an imprint that is too short',
    { imprint: sequence(hashAlgorithm('SHA-512'), element(4, digest)) },
    'codec/tsp-imprint-length',
  ],
  [
    'parameters beside the hash',
    { imprint: sequence(hashAlgorithm('SHA-256', '020100'), element(4, digest)) },
    'codec/der-tag',
  ],
  [
    'more behind the hash',
    { imprint: sequence(hashAlgorithm('SHA-256', '05000500'), element(4, digest)) },
    'codec/der-trailing',
  ],
  [
    'more behind the digest',
    { imprint: sequence(hashAlgorithm('SHA-256'), element(4, digest), fromHex('0500')) },
    'codec/der-trailing',
  ],
  ['a negative serial number', { serial: element(2, [0x80]) }, 'codec/tsp-number'],
  ['a serial number of 168 bits', { serial: element(2, new Uint8Array(21).fill(1)) }, 'codec/tsp-number'],
  ['a time with trailing zeros', { time: element(0x18, '20260601120000.50Z') }, 'codec/der-time'],
  ['a time elsewhere', { time: element(0x18, '20260601120000+0900') }, 'codec/der-time'],
  ['UTCTime', { time: element(0x17, '260601120000Z') }, 'codec/der-tag'],
  ['0 milliseconds of accuracy', tail(sequence(fromHex('800100'))), 'codec/tsp-accuracy'],
  ['1000 milliseconds of accuracy', tail(sequence(fromHex('800203e8'))), 'codec/der-integer-range'],
  ['0 microseconds of accuracy', tail(sequence(fromHex('810100'))), 'codec/tsp-accuracy'],
  ['a negative accuracy', tail(sequence(fromHex('0201ff'))), 'codec/der-integer-range'],
  ['microseconds first', tail(sequence(fromHex('810101'), fromHex('800101'))), 'codec/der-trailing'],
  ['ordering FALSE, written', tail(fromHex('010100')), 'codec/der-default-encoded'],
  ['a negative nonce', tail(fromHex('020180')), 'codec/tsp-number'],
  ['a nonce of 33 octets', tail(element(2, new Uint8Array(33).fill(1))), 'codec/tsp-number'],
  [
    'two names of the authority',
    tail(element(0xa0, fromHex('820161'), fromHex('820161'))),
    'codec/der-trailing',
  ],
  ['a critical extension', tail(element(0xa1, extension('0101ff'))), 'codec/tsp-extension-critical'],
  ['an empty list of extensions', tail(element(0xa1)), 'codec/x509-extensions-empty'],
  ['more', tail(fromHex('0500')), 'codec/der-trailing'],
])('a TSTInfo with %s is refused', (_, parts, code) => {
  expect(codeOf(() => parseInfo(parts))).toBe(code);
});
