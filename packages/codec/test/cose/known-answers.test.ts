import { createPublicKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { encodeUtf8, fromHex } from '../../src/bytes.ts';
import { decodeSign1, verifySign1 } from '../../src/cose/sign1.ts';
import { codeOf } from '../refusal.ts';
import { nodeVerify } from './node-crypto.ts';

const publicKeyOf = (jwk: Record<string, string>) =>
  new Uint8Array(createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'der' }));

/** The key with kid "11" of RFC 9052 Appendix C.7.1 and of the examples of the COSE working group. */
const key11 = publicKeyOf({
  kty: 'EC',
  crv: 'P-256',
  x: 'usWxHK2PmfnHKwXPS54m0kTcGJ90UiglWiGahtagnv8',
  y: 'IBOL-C3BttVivg-lSreASjpkttcsz-1rb7btKLv8EX4',
});
/** The key with kid "P384" of the same examples. */
const keyP384 = publicKeyOf({
  kty: 'EC',
  crv: 'P-384',
  x: 'kTJyP2KSsBBhnb4kjWmMF7WHVsY55xUPgb7k64rDcjatChoZ1nvjKmYmPh5STRKc',
  y: 'mM0weMVU2DKsYDxDJkEP9hZiRZtB8fPfXbzINZj_fF7YQRynNWedHEyzAJOX2e8s',
});
const content = encodeUtf8('This is the content.');

const r = 'eae868ecc176883766c5dc5ba5b8dca25dab3c2e56a551ce5705b793914348e1';
const kid = 'a104423131';
const payload = '54546869732069732074686520636f6e74656e742e';
const passing = `43a10126${kid}${payload}5840${r}9f43d6c6ba654472da301b645b293c9ba939295b97c4bdb847782bff384c5794`;

describe('what holds', () => {
  test('RFC 9052 Appendix C.2.1: a single ECDSA signature', () => {
    const signature =
      '8eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4d25a91aef0b0117e' +
      '2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36';
    const message = decodeSign1(fromHex(`d28443a10126${kid}${payload}5840${signature}`));
    expect(message.protectedHeader).toEqual(new Map([[1, -7]]));
    expect(message.unprotectedHeader).toEqual(new Map([[4, encodeUtf8('11')]]));
    expect(message.payload).toEqual(content);
    expect(verifySign1(message, nodeVerify, key11)).toBe(true);
  });

  test('cose-wg/Examples ecdsa-sig-01: ES256 with a content type', () => {
    const signature = `${r}72727f48461fabbba2e343492ddecac3983686250bc68e9f1a7a07d41225b59f`;
    const message = decodeSign1(fromHex(`d28445a201260300${kid}${payload}5840${signature}`));
    expect(verifySign1(message, nodeVerify, key11)).toBe(true);
  });

  test('cose-wg/Examples ecdsa-sig-02: ES384', () => {
    const signature =
      'b8f85eff78c88f5351ced2f1887b79b296490795594b62e41e22529bb90208b7d8cddd4a46d0e9c986464d83d0a5d1ed' +
      'f39b3e2c5750364230d0e8d76460d8808e76c83830fbbd1978cc174066eb437f17887979ecf027dcc9d51baf6c4fd8c0';
    const message = decodeSign1(fromHex(`d28444a1013822a1044450333834${payload}5860${signature}`));
    expect(verifySign1(message, nodeVerify, keyP384)).toBe(true);
    expect(codeOf(() => verifySign1(message, nodeVerify, key11))).toBe('codec/cose-key-mismatch');
  });

  test('cose-wg/Examples sign-pass-02: external data', () => {
    const signature = `${r}55388b10c4f1b59a6733eab416870a945111a4b2fbdbef33a77234b1deff2f9b`;
    const message = decodeSign1(fromHex(`d28443a10126${kid}${payload}5840${signature}`));
    const externalAad = fromHex('11aa22bb33cc44dd55006699');
    expect(verifySign1(message, nodeVerify, key11, { externalAad })).toBe(true);
    expect(verifySign1(message, nodeVerify, key11)).toBe(false);
  });

  test('cose-wg/Examples sign-pass-03: no tag', () => {
    expect(verifySign1(decodeSign1(fromHex(`84${passing}`)), nodeVerify, key11)).toBe(true);
  });
});

describe('what does not hold', () => {
  test('cose-wg/Examples sign-pass-01: the algorithm is not protected, which is allowed there and refused here', () => {
    const signature = `${r}1a02e5f0344bf2d4ee5c7fd75a68a9f5e0b3cc1f1fc1409c189566586ff9d610`;
    const message = fromHex(`d28441a0a2012604423131${payload}5840${signature}`);
    expect(codeOf(() => decodeSign1(message))).toBe('codec/cose-algorithm-unprotected');
  });

  test('cose-wg/Examples sign-fail-01: another tag', () => {
    expect(codeOf(() => decodeSign1(fromHex(`d903e684${passing}`)))).toBe('codec/cose-tag');
  });

  test('cose-wg/Examples sign-fail-02: a changed payload', () => {
    const message = decodeSign1(fromHex(`d284${passing.replace('742e5840', '742f5840')}`));
    expect(verifySign1(message, nodeVerify, key11)).toBe(false);
  });

  test.each([
    ['sign-fail-03', '45a1013903e6'],
    ['sign-fail-04', '4aa10167756e6b6e6f776e'],
  ])('cose-wg/Examples %s: an unknown algorithm', (_, header) => {
    const message = decodeSign1(fromHex(`d284${passing.replace('43a10126', header)}`));
    expect(codeOf(() => verifySign1(message, nodeVerify, key11))).toBe('codec/cose-algorithm-unknown');
  });

  test('cose-wg/Examples sign-fail-06: an added protected parameter', () => {
    const message = decodeSign1(fromHex(`d284${passing.replace('43a10126', '45a201260300')}`));
    expect(verifySign1(message, nodeVerify, key11)).toBe(false);
  });

  test('cose-wg/Examples sign-fail-07: a removed protected parameter', () => {
    const signature = `${r}72727f48461fabbba2e343492ddecac3983686250bc68e9f1a7a07d41225b59f`;
    const message = decodeSign1(fromHex(`d28443a10126${kid}${payload}5840${signature}`));
    expect(verifySign1(message, nodeVerify, key11)).toBe(false);
  });
});
