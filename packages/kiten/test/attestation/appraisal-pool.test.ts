import { encodeTpmEvidence, tpmEvidenceMediaType } from '@kiten/attestation';
import { deviceSubject } from '@kiten/trust';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SimulatedDevice } from '../../../attestation/test/support/simulated-device.ts';
import { AppraisalPool, type AppraisalPoolParts } from '../../src/site/attestation/appraisal-pool.ts';
import type { AppraisalTask } from '../../src/site/attestation/appraisal-task.ts';

const nonce = Buffer.from('what the site gave it to answer!');
const device = new SimulatedDevice([11]);
const corim = device.learnCorim();
const { id: image } = device.learn();

function open(parts: Partial<AppraisalPoolParts> = {}) {
  const asked: string[] = [];
  const pool = new AppraisalPool({
    reference: async (digest) => {
      asked.push(digest);
      return digest === image ? { content: corim } : undefined;
    },
    ...parts,
  });
  onTestFinished(() => pool.stop());
  return { pool, asked };
}

function task(body: Uint8Array = encodeTpmEvidence(device.evidence(nonce)), images = [image]): AppraisalTask {
  const subject = deviceSubject('pump-1');
  return {
    evidence: { mediaType: tpmEvidenceMediaType, subject, receivedAt: 1000, via: ['test'], body },
    name: { salt: new Uint8Array(32) },
    context: { key: device.ak.publicArea, images, holdsUntil: 2000 },
  };
}

describe('threads that appraise', () => {
  it('come to what the appraiser comes to, and are given an image once', async () => {
    const { pool, asked } = open({ threads: 1 });
    const appraised = await Promise.all([
      pool.appraise(task()),
      pool.appraise(task()),
      pool.appraise(task()),
    ]);
    for (const { digest, findings, memory } of appraised) {
      expect(findings.map(({ code }) => code)).toContain('attestation/system-approved');
      expect(findings.every(({ premises }) => premises[0] === digest)).toBe(true);
      expect(memory.state?.resetCount).toBe(7);
      expect(memory.nonce).toEqual(new Uint8Array(nonce));
    }
    expect(asked).toEqual([image]);
  });

  it('refuse reference values that went away, and go on', async () => {
    const { pool } = open({ threads: 1 });
    const gone = `sha256:${'0'.repeat(64)}`;
    await expect(pool.appraise(task(undefined, [gone]))).rejects.toMatchObject({
      code: 'kiten/appraisal-references',
    });
    await expect(pool.appraise(task())).resolves.toHaveProperty('digest');
  });

  it('are replaced when they are lost, with the images that they kept', async () => {
    const { pool, asked } = open({ threads: 1, patience: 1 });
    await expect(pool.appraise(task())).rejects.toMatchObject({ code: 'kiten/appraisal-too-long' });
    const patient = open({ threads: 1 });
    await patient.pool.appraise(task());
    await expect(pool.appraise(task())).rejects.toMatchObject({ code: 'kiten/appraisal-too-long' });
    expect(asked).toEqual([image, image]);
  });

  it('take no more than a bounded number of octets at once', async () => {
    const { pool } = open({ threads: 1 });
    const large = task(new Uint8Array(50 << 20));
    const [one, other, last] = [pool.appraise(large), pool.appraise(large), pool.appraise(large)];
    await expect(last).rejects.toMatchObject({ code: 'kiten/appraisal-busy' });
    for (const each of await Promise.all([one, other]))
      expect(each.findings.map(({ code }) => code)).toEqual(['attestation/evidence-unreadable']);
    await expect(pool.appraise(task())).resolves.toHaveProperty('digest');
  });

  it('that are stopped refuse what waits', async () => {
    const { pool } = open({ threads: 1 });
    await pool.stop();
    await expect(pool.appraise(task())).rejects.toMatchObject({ code: 'kiten/appraisal-busy' });
  });
});
