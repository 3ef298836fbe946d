import { randomBytes } from 'node:crypto';
import {
  type AttesterState,
  appraiseEncodedEvidence,
  type ChallengeMessage,
  decodeCorim,
  encodeCorim,
  encodeTpmEvidence,
  learnReference,
  readTpmKey,
  type TpmEvidence,
} from '@kiten/attestation';
import { tpmHashOf } from '@kiten/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  attestationKeyTemplate,
  collectEvidence,
  createPrimary,
  extendPcr,
  listHandles,
  tpmHierarchy,
  withObject,
} from '../../src/index.ts';
import { MeasuredDevice } from '../measured-device.ts';
import { hasSwtpm } from '../swtpm.ts';

const boot = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

function challenge(more: Partial<ChallengeMessage> = {}): ChallengeMessage {
  return {
    nonce: randomBytes(32),
    expiresAt: 0,
    pcrs: { sha256: [...boot, 10, 14], sha384: [0, 4, 10] },
    ima: null,
    runtime: { wants: [], eventsAfter: 0 },
    ...more,
  };
}

describe.skipIf(!hasSwtpm).each(['ecc', 'rsa'] as const)('evidence by a %s attestation key', (kind) => {
  let device: MeasuredDevice;
  beforeAll(async () => {
    device = await MeasuredDevice.start();
  });
  afterAll(() => device?.[Symbol.asyncDispose]());

  const collect = (asked: ChallengeMessage, logs = device.logs) =>
    withObject(
      device.tpm,
      createPrimary(device.tpm, tpmHierarchy.endorsement, attestationKeyTemplate(kind)),
      async (key) => ({
        key: readTpmKey(key.publicArea),
        evidence: await collectEvidence(device.tpm, key, asked, logs),
      }),
    );
  const learn = ({ banks, bootLog, ima }: TpmEvidence) =>
    decodeCorim(
      encodeCorim(
        learnReference({
          id: 'urn:x:1',
          vendor: 'Acme',
          model: '1',
          banks,
          bootLog: bootLog!,
          imaLog: ima!.entries,
        }),
      ),
    );

  it('is appraised as that of a device that boots and runs what is approved; then only what is new is sent', async () => {
    const first = challenge();
    const { key, evidence } = await collect(first);
    const images = [learn(evidence)];
    const appraise = (asked: ChallengeMessage, sent: TpmEvidence, state?: AttesterState) =>
      appraiseEncodedEvidence(encodeTpmEvidence(sent), {
        ...{ key, nonce: asked.nonce, images },
        ...(state === undefined ? {} : { state }),
      });
    const appraised = appraise(first, evidence);
    expect(appraised.conclusions.map(({ code }) => code)).toEqual([
      'attestation/key-proven',
      'attestation/system-approved',
      'attestation/runtime-approved',
      'attestation/files-approved',
    ]);
    const state = appraised.state!;
    const offset = device.list.length;
    expect(state.ima.get(11)?.offset).toBe(offset);

    await device.run('/tmp/new');
    const second = challenge({ ima: { offset, resetCount: state.resetCount } });
    const { evidence: more } = await collect(second);
    expect(more.ima?.offset).toBe(offset);
    expect(Buffer.from(more.ima!.entries)).toEqual(device.list.subarray(offset));
    expect(appraise(second, more, state).conclusions.map(({ code }) => code)).toContain(
      'attestation/file-unknown',
    );

    const rebooted = await collect(challenge({ ima: { offset, resetCount: state.resetCount + 1 } }));
    expect(rebooted.evidence.ima?.offset).toBe(0);
  });

  it('ends where the quote does, whatever the list goes on to say', async () => {
    await device.writeLogs({ list: Buffer.concat([device.list, device.list]) });
    const { evidence } = await collect(challenge());
    expect(evidence.ima?.entries.length).toBe(device.list.length);
    await device.writeLogs();
  });

  it('has no list where none is asked for, no logs where the kernel keeps none, and only banks that there are', async () => {
    const without = await collect(challenge({ pcrs: { sha256: boot } }));
    expect(without.evidence.ima).toBeUndefined();
    expect([...without.evidence.banks.keys()]).toEqual([11]);
    const missing = await collect(challenge(), { bootLog: '/none/boot', imaLog: '/none/list' });
    expect([missing.evidence.bootLog, missing.evidence.ima]).toEqual([undefined, undefined]);
    expect(await listHandles(device.tpm, 0x8000_0000)).toEqual([]);
  });

  it('is not made of a list that leads elsewhere', async () => {
    await extendPcr(device.tpm, 10, new Map([[tpmHashOf(11)!, randomBytes(32)]]));
    await expect(collect(challenge())).rejects.toMatchObject({ code: 'agent/list-uncovered' });
  });
});
