import { encodeCbor } from '@kiten/codec';
import type { SealedEvidence } from '@kiten/trust';
import { describe, expect, test } from 'vitest';
import {
  createPasswordAppraiser,
  identityFindings,
  passwordEvidence,
  passwordFindingCodes,
} from '../../src/index.ts';
import { device, start } from '../fixtures.ts';

const appraiser = createPasswordAppraiser();

function evidenceOf(origin: 'generated' | 'imported', body?: Uint8Array): SealedEvidence {
  const evidence = passwordEvidence(device('meter-1'), origin, start);
  return {
    ...evidence,
    body: body ?? evidence.body,
    salt: new Uint8Array(32),
    digest: `sha256:${'5a'.repeat(32)}`,
  };
}

describe('the password appraiser', () => {
  test.each([
    ['generated', -34],
    ['imported', -36],
  ] as const)('warns of a %s one, and knows nothing of where it is kept', (origin, value) => {
    const evidence = evidenceOf(origin);
    expect(appraiser.appraise(evidence, [])).toMatchObject([
      { code: `identity/password-${origin}`, claim: 'instance-identity', value, premises: [evidence.digest] },
      { code: 'identity/password-storage', claim: 'storage-opaque', value: 0, at: start },
    ]);
    expect(passwordFindingCodes).toContain(`identity/password-${origin}`);
    expect(identityFindings.get(`identity/password-${origin}`)?.value).toBe(value);
  });

  test.each([[new Uint8Array([0xff])], [encodeCbor(new Map([[1, 'guessed']]))], [encodeCbor(7)]])(
    'warns of a record that cannot be read (%#)',
    (body) => {
      const [finding, ...others] = appraiser.appraise(evidenceOf('generated', body), []);
      expect(others).toEqual([]);
      expect(finding).toMatchObject({ code: 'identity/password-unreadable', value: -33 });
    },
  );
});
