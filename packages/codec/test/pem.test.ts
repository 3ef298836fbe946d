import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64Lines, encodeBase64Lines } from '../src/base64-lines.ts';
import { decodePem, encodePem } from '../src/pem.ts';
import { hasOpenssl, opensslOk } from './openssl.ts';
import { codeOf, refusalOf } from './refusal.ts';

const block = (body: string, label = 'X') => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;

test('any bytes come back, also among other text and with CR LF', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { maxLength: 4 }), (ders) => {
      const text = ders.map((der) => `Subject: x\n${encodePem('TEST CERTIFICATE', der)}`).join('\n');
      const expected = ders.map((der) => ({ label: 'TEST CERTIFICATE', der }));
      expect(decodePem(text)).toEqual(expected);
      expect(decodePem(text.replaceAll('\n', '\r\n'))).toEqual(expected);
      expect(decodePem(text.replaceAll('\n', '  \n'))).toEqual(expected);
    }),
  );
});

test('lines have 64 characters (RFC 7468 §2)', () => {
  const lines = encodePem('CERTIFICATE', new Uint8Array(49)).split('\n');
  expect(lines.map((line) => line.length)).toEqual([27, 64, 4, 25, 0]);
});

test('text without a block has none; a label within a line is text', () => {
  expect(decodePem('')).toEqual([]);
  expect(decodePem('hello\n# -----BEGIN X-----\n')).toEqual([]);
});

test.each([
  ['-----BEGIN X-----\nAAAA\n', 'codec/pem-unfinished'],
  ['-----END X-----\n', 'codec/pem-end-alone'],
  ['-----BEGIN X-----\nAAAA\n-----END Y-----\n', 'codec/pem-label-differs'],
  ['-----BEGIN X-----\nAAAA\n-----END X----\n', 'codec/pem-label'],
  ['-----BEGIN X----\nAAAA\n-----END X-----\n', 'codec/pem-label'],
  ['-----BEGIN -----\nAAAA\n-----END -----\n', 'codec/pem-label'],
  ['-----BEGIN X  Y-----\nAAAA\n-----END X  Y-----\n', 'codec/pem-label'],
  [`-----BEGIN X-----\n${block('AAAA')}`, 'codec/pem-nested'],
  [block(''), 'codec/pem-empty'],
  [block('AAA'), 'codec/pem-base64'],
  [block('AAB='), 'codec/pem-base64'],
  [block('AA==AAAA'), 'codec/pem-base64'],
  [block('AAA_'), 'codec/pem-base64'],
  [block('\u00a0AAAA'), 'codec/pem-base64'],
  [block('Proc-Type: 4,ENCRYPTED\n\nAAAA'), 'codec/pem-headers'],
  [block('AAAA').repeat(4097), 'codec/pem-too-many'],
])('%j is refused as %s', (text, code) => {
  expect(codeOf(() => decodePem(text))).toBe(code);
});

test('the line is named', () => {
  expect(refusalOf(() => decodePem('text\n\n-----END X-----')).detail).toEqual({ line: 3 });
});

test('labels that nobody could read are not written', () => {
  for (const label of ['', ' X', 'X-', 'A\nB', 'é']) {
    expect(codeOf(() => encodePem(label, Uint8Array.of(1)))).toBe('codec/pem-label');
  }
});

test('long runs of blanks and dashes take no more than linear time', () => {
  const blanks = ' '.repeat(2_000_000);
  expect(decodePem(block(`${blanks}AAAA${blanks}`))).toHaveLength(1);
  expect(codeOf(() => decodePem(`-----BEGIN ${'-'.repeat(2_000_000)}x`))).toBe('codec/pem-label');
  expect(decodePem(`${blanks}x\n`)).toEqual([]);
});

describe('bodies of EST', () => {
  test('lines have 76 characters and end in CR LF', () => {
    expect(encodeBase64Lines(new Uint8Array(58))).toBe(`${'A'.repeat(76)}\r\nAA==\r\n`);
    expect(encodeBase64Lines(new Uint8Array(0))).toBe('');
  });
  test('any bytes come back, whatever breaks the lines', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = encodeBase64Lines(bytes);
        expect(decodeBase64Lines(text)).toEqual(bytes);
        expect(decodeBase64Lines(text.replaceAll('\r\n', '\n'))).toEqual(bytes);
        expect(decodeBase64Lines(text.replaceAll('\r\n', ''))).toEqual(bytes);
      }),
    );
  });
  test('what is not base64 is refused', () => {
    expect(codeOf(() => decodeBase64Lines('AAAA\nA'))).toBe('codec/base64-length');
    expect(codeOf(() => decodeBase64Lines('AA\u00a0AA'.padEnd(8, 'A')))).toBe('codec/base64-character');
    expect(codeOf(() => decodeBase64Lines('AAB='))).toBe('codec/base64-stray-bits');
  });
});

describe.skipIf(!hasOpenssl)('openssl', () => {
  test('writes what is read: text before the block, a chain, a key', () => {
    const key = opensslOk(['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']).said;
    expect(decodePem(key)[0]?.label).toBe('PRIVATE KEY');
    const certificate = opensslOk(['req', '-x509', '-new', '-key', '@key', '-subj', '/CN=x', '-text'], {
      key,
    });
    expect(certificate.said).toContain('Certificate:');
    expect(decodePem(certificate.said).map(({ label }) => label)).toEqual(['CERTIFICATE']);
  });
  test('reads what is written', () => {
    const der = new Uint8Array(opensslOk(['genpkey', '-algorithm', 'ED25519', '-outform', 'DER']).stdout);
    expect(
      opensslOk(['pkey', '-in', '@key', '-noout', '-text'], { key: encodePem('PRIVATE KEY', der) }).said,
    ).toContain('ED25519');
  });
});
