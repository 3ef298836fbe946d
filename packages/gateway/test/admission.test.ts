import { decodePem, parseCertificate } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import { admitCertificate, isRefusal, type PresentedCertificate } from '../src/admission.ts';
import { DeviceRecord } from '../src/device-record.ts';
import { KnownCertificates } from '../src/known-certificates.ts';
import { Authority } from './support/authority.ts';
import { device, trustDomain } from './support/harness.ts';

const day = 86_400_000;
const authority = new Authority();
const pump = authority.device('pump-1');
const der = (pem: string): Uint8Array => decodePem(pem)[0]?.der as Uint8Array;
const record = new DeviceRecord('pump-1');
record.update(device('pump-1'));

function codeOf(presented: Partial<PresentedCertificate> = {}): string {
  const outcome = admitCertificate({
    der: der(pump.certificate),
    chainError: undefined,
    statusError: () => undefined,
    trustDomain,
    now: Date.now(),
    find: (id) => (id === 'pump-1' ? record : undefined),
    ...presented,
  });
  return isRefusal(outcome) ? outcome.code : `admitted ${outcome.device.id} ${outcome.serial}`;
}

describe('a certificate whose chain was verified when the session was new', () => {
  it('is good within its dates', () => {
    expect(codeOf()).toBe(`admitted pump-1 ${pump.serial}`);
  });

  it('is held to its dates now', () => {
    expect(codeOf({ now: Date.now() + 2 * day })).toBe('gateway/certificate-expired');
    expect(codeOf({ now: Date.now() - 2 * day })).toBe('gateway/certificate-not-yet-valid');
  });

  it('is held to the register now', () => {
    expect(codeOf({ find: () => undefined })).toBe('gateway/device-unknown');
    expect(codeOf({ find: () => new DeviceRecord('pump-1') })).toBe('gateway/device-unknown');
  });
});

it.each([
  ['CERT_HAS_EXPIRED', 'expired'],
  ['CERT_NOT_YET_VALID', 'not-yet-valid'],
  ['CERT_REVOKED', 'revoked'],
  ['INVALID_PURPOSE', 'wrong-purpose'],
  ['CRL_HAS_EXPIRED', 'status-unknown'],
  ['UNABLE_TO_GET_CRL', 'status-unknown'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'unknown-issuer'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unknown-issuer'],
  ['SOMETHING_NEW', 'not-acceptable'],
])('the chain error %s is told as certificate-%s', (chainError, code) => {
  expect(codeOf({ chainError })).toBe(`gateway/certificate-${code}`);
});

it('a certificate that cannot be read has a code of its own', () => {
  expect(codeOf({ der: Uint8Array.of(0x30, 0x00) })).toBe('gateway/certificate-malformed');
});

it('an authority is no device, whatever its name', () => {
  expect(codeOf({ der: der(authority.certificate) })).toBe('gateway/certificate-wrong-purpose');
});

describe('a certificate that was read before', () => {
  const known = parseCertificate(der(pump.certificate));

  it('is judged by the same things, now', () => {
    expect(codeOf({ known })).toBe(`admitted pump-1 ${pump.serial}`);
    expect(codeOf({ known, now: Date.now() + 2 * day })).toBe('gateway/certificate-expired');
    expect(codeOf({ known, chainError: 'CERT_REVOKED' })).toBe('gateway/certificate-revoked');
    expect(codeOf({ known, find: () => undefined })).toBe('gateway/device-unknown');
  });

  it('is kept as long as there are no more than a thousand others', () => {
    const certificates = new KnownCertificates();
    for (let index = 0; index < 5_000; index++) certificates.keep(`fingerprint-${index}`, known);
    const kept = Array.from({ length: 5_000 }, (_, index) => certificates.get(`fingerprint-${index}`));
    expect(kept.filter((each) => each === known)).toHaveLength(1_024);
    expect(kept.slice(-1_024).every((each) => each === known)).toBe(true);
  });
});
