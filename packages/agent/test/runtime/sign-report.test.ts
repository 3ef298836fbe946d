import { randomBytes } from 'node:crypto';
import { checkRuntimeReport, keyOfArea } from '@kiten/attestation';
import { decodePublicArea } from '@kiten/wire';
import { describe, expect, test } from 'vitest';
import { RuntimeCollector, signReport } from '../../src/index.ts';
import { attestationKeyTemplate } from '../../src/tpm/key-template.ts';
import { createPrimary } from '../../src/tpm/object.ts';
import { tpmHierarchy } from '../../src/tpm/tpm.ts';
import { hasSwtpm, openSoftwareTpm, SoftwareTpm } from '../swtpm.ts';

describe.skipIf(!hasSwtpm).each(['ecc', 'rsa'] as const)(
  'a report that a software TPM signs (%s)',
  (kind) => {
    test('holds under its attestation key, whatever its length', async () => {
      await using software = await SoftwareTpm.start();
      const tpm = await openSoftwareTpm(software);
      try {
        const key = await createPrimary(tpm, tpmHierarchy.endorsement, attestationKeyTemplate(kind));
        const known = keyOfArea(decodePublicArea(key.publicArea));
        const nonce = randomBytes(32);
        const collector = new RuntimeCollector();
        // Some hundred octets, and more than the TPM takes at once.
        for (const wants of [[], ['modules', 'sockets', 'executables', 'credentials']] as const) {
          const collected = await collector.collect({ wants, eventsFrom: 0 });
          const signed = await signReport(tpm, key, collected, nonce);
          expect(checkRuntimeReport(signed, known, nonce).problem).toBeUndefined();
          expect(checkRuntimeReport(signed, known, randomBytes(32)).problem).toBe('nonce');
        }
      } finally {
        await tpm.close();
      }
    });
  },
);
