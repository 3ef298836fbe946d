import { parseCertificateList } from '@kiten/codec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { requireTool } from '../../../../test/tools.ts';
import {
  generateSigner,
  issueRevocationList,
  issuerId,
  type RevocationRecord,
  type RevocationStore,
} from '../../src/index.ts';
import { createCa, day, start } from '../fixtures.ts';
import { type Bench, createBench, openssl } from '../openssl.ts';

const attime = String(start / 1000 + 3600);

function storeOf(entries: readonly RevocationRecord[]): RevocationStore {
  let number = 0n;
  return {
    revoked: async () => entries,
    nextNumber: async () => {
      number += 1n;
      return number;
    },
  };
}

describe.skipIf(!requireTool('openssl', 'openssl'))('openssl', () => {
  const ca = createCa();
  const { authority, clock } = ca;
  const signer = generateSigner('ES256');
  const issued = authority.issueDevice({ id: 'pump-1', publicKey: signer.publicKey });
  let bench: Bench;
  let root: string;
  let chain: string;
  let device: string;
  beforeAll(() => {
    bench = createBench();
    root = bench.pem('root.pem', 'CERTIFICATE', ca.root.der);
    chain = bench.pem('chain.pem', 'CERTIFICATE', ca.certificate);
    device = bench.pem('device.pem', 'CERTIFICATE', issued.der);
  });
  afterAll(() => bench.remove());

  const verify = (certificate: string, ...more: string[]) =>
    openssl(
      'verify',
      '-x509_strict',
      '-attime',
      attime,
      '-CAfile',
      root,
      '-untrusted',
      chain,
      ...more,
      certificate,
    );

  test('verifies the chain strictly for clients, and for servers only what is for servers', () => {
    expect(verify(device, '-purpose', 'sslclient')).toMatchObject({ ok: true });
    const server = authority.issueServer({
      publicKey: signer.publicKey,
      dnsNames: ['localhost', 'broker.plant-7.example'],
      ipAddresses: ['127.0.0.1', '::1'],
    });
    const file = bench.pem('server.pem', 'CERTIFICATE', server.der);
    expect(verify(file, '-purpose', 'sslserver', '-verify_hostname', 'broker.plant-7.example').ok).toBe(true);
    expect(verify(file, '-purpose', 'sslserver', '-verify_ip', '127.0.0.1').ok).toBe(true);
    expect(verify(file, '-purpose', 'sslserver', '-verify_ip', '::1').ok).toBe(true);
    expect(verify(file, '-purpose', 'sslserver', '-verify_hostname', 'other').out).toContain(
      'hostname mismatch',
    );
    expect(verify(file, '-purpose', 'sslclient').ok).toBe(false);
    expect(verify(device, '-purpose', 'sslserver', '-verify_hostname', 'localhost').ok).toBe(false);
  });

  test('refuses a device certificate as a CA', () => {
    const other = createCa(start);
    const below = bench.pem(
      'below.pem',
      'CERTIFICATE',
      other.authority.issueDevice({ id: 'x', publicKey: signer.publicKey }).der,
    );
    expect(verify(below, '-purpose', 'sslclient').ok).toBe(false);
  });

  test('prints exactly the SVID', () => {
    const { out } = openssl('x509', '-in', device, '-noout', '-text');
    const lines = out.split('\n').map((line) => line.trim());
    const after = (line: string) => lines[lines.indexOf(line) + 1];
    expect(lines.filter((line) => line.startsWith('X509v3'))).toEqual([
      'X509v3 extensions:',
      'X509v3 Basic Constraints: critical',
      'X509v3 Key Usage: critical',
      'X509v3 Extended Key Usage:',
      'X509v3 Authority Key Identifier:',
      'X509v3 Subject Key Identifier:',
      'X509v3 Subject Alternative Name:',
    ]);
    expect(after('X509v3 Basic Constraints: critical')).toBe('CA:FALSE');
    expect(after('X509v3 Key Usage: critical')).toBe('Digital Signature');
    expect(after('X509v3 Extended Key Usage:')).toBe(
      'TLS Web Client Authentication, TLS Web Server Authentication',
    );
    expect(after('X509v3 Subject Alternative Name:')).toBe('URI:spiffe://plant-7.example/device/pump-1');
    expect(lines).toContain('Subject: CN = pump-1');
    expect(lines).toContain('Not After : Apr  1 00:00:00 2030 GMT');
  });

  test('checks revocation through the whole chain', async () => {
    const revoked = authority.issueDevice({ id: 'pump-2', publicKey: signer.publicKey });
    const file = bench.pem('revoked.pem', 'CERTIFICATE', revoked.der);
    const entry: RevocationRecord = { ...revoked, revokedAt: start, reason: 'keyCompromise' };
    const foreign: RevocationRecord = { ...issued, issuer: issuerId(ca.root), revokedAt: start };
    const issuing = await issueRevocationList(
      { certificate: authority.issuer, signer: ca.signer },
      storeOf([entry, foreign]),
      clock,
    );
    const rootList = await issueRevocationList(
      { certificate: ca.root, signer: ca.rootSigner },
      storeOf([]),
      clock,
      {
        lifetime: 365 * day,
      },
    );
    const lists = bench.pem('crl.pem', 'X509 CRL', issuing.der, rootList.der);
    const check = ['-crl_check_all', '-CRLfile', lists, '-purpose', 'sslclient'];
    expect(verify(device, ...check)).toMatchObject({ ok: true });
    expect(verify(file, ...check).out).toContain('certificate revoked');
    expect(verify(file, '-purpose', 'sslclient').ok).toBe(true);
    const late = String((issuing.nextUpdate + 1000) / 1000);
    expect(verify(device, ...check, '-attime', late).out).toContain('CRL has expired');
    const { out } = openssl('crl', '-in', lists, '-noout', '-text');
    expect(out).toContain('Key Compromise');
    expect(out).toMatch(/X509v3 CRL Number: \n\s+1\n/);
  });

  test('a list counts up, and drops an entry only after the certificate has been over for a while', async () => {
    const entry: RevocationRecord = { ...issued, revokedAt: start };
    const store = storeOf([entry]);
    const ca2 = { certificate: authority.issuer, signer: ca.signer };
    const at = async (now: number) => {
      const { der, number } = await issueRevocationList(ca2, store, { now: () => now });
      const list = parseCertificateList(der);
      expect(list.number).toBe(number);
      return [Number(number), list.revoked.length];
    };
    expect(await at(start)).toEqual([1, 1]);
    expect(await at(issued.notAfter + 7 * day)).toEqual([2, 1]);
    expect(await at(issued.notAfter + 7 * day + 1000)).toEqual([3, 0]);
  });
});
