import { randomBytes } from 'node:crypto';
import { checkCertify, decodeCertifyStatement, decodeWrapperStatement, keyOfArea } from '@kiten/attestation';
import {
  attestationAttribute,
  decodeAttestationBundle,
  parseCertificationRequest,
  verifyCertificationRequest,
} from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import { decodePublicArea } from '@kiten/wire';
import { describe, expect, test } from 'vitest';
import { run } from '../../../../test/kiten.ts';
import { requireTool } from '../../../../test/tools.ts';
import {
  attestationKeyTemplate,
  createPrimary,
  flushContext,
  signingKeyTemplate,
  tpmHierarchy,
  tpmRequest,
} from '../../src/index.ts';
import { hasSwtpm, openSoftwareTpm, SoftwareTpm } from '../swtpm.ts';

describe.skipIf(!hasSwtpm || !requireTool('openssl', 'openssl'))('a request for a key in a TPM', () => {
  test('is signed there, shows where its key lives, and is one for others, too', async () => {
    await using software = await SoftwareTpm.start();
    const tpm = await openSoftwareTpm(software);
    try {
      const attestationKey = await createPrimary(
        tpm,
        tpmHierarchy.endorsement,
        attestationKeyTemplate('ecc'),
      );
      const key = await createPrimary(tpm, tpmHierarchy.owner, signingKeyTemplate('ecc'));
      const nonce = randomBytes(32);
      const fields = { device: 'pump-1', key, attestationKey, nonce, evidence: Buffer.from('evidence') };
      const der = await tpmRequest(tpm, fields);
      const request = parseCertificationRequest(der);
      expect(verifyCertificationRequest(request, nodeVerify)).toBe(true);
      const [attribute] = request.attributes.filter(({ oid }) => oid === attestationAttribute);
      const [certified, wrapped] = decodeAttestationBundle(attribute!.values[0]!).statements;
      const known = keyOfArea(decodePublicArea(attestationKey.publicArea));
      const checked = checkCertify(decodeCertifyStatement(certified!.statement), known, nonce);
      expect('key' in checked && checked.key.publicKey).toEqual(request.publicKey);
      expect(Buffer.from(decodeWrapperStatement(wrapped!.statement)).toString()).toBe('evidence');
      const text = await run('openssl', ['req', '-inform', 'DER', '-noout', '-text', '-verify'], {
        input: der,
      });
      expect(text.stdout + text.stderr).toMatch(/verify OK/);
      expect(text.stdout).toContain('1.2.840.113549.1.9.16.2.59');
      for (const { handle } of [key, attestationKey]) await flushContext(tpm, handle);
    } finally {
      await tpm.close();
    }
  });
});
