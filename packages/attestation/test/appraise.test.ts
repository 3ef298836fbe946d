import { composeVector, type Finding, tierOf } from '@kiten/trust';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type AppraisalContext,
  type AttesterState,
  appraiseTpmEvidence,
  attestationFindings,
  findingsOf,
  ReferenceFiles,
  type ReferenceImage,
  type TpmEvidence,
} from '../src/index.ts';
import { bootEvent, imaEntry } from './support/logs.ts';
import { goodBoot, goodFiles, SimulatedDevice, SimulatedKey } from './support/simulated-device.ts';

const nonce = Buffer.from('a nonce of this verifier');
let device: SimulatedDevice;
let image: ReferenceImage;
beforeEach(() => {
  device = new SimulatedDevice();
  image = device.learn();
});

function appraise(evidence: TpmEvidence, context: Partial<AppraisalContext> = {}) {
  const known = { key: device.ak.tpmKey, nonce, images: [image], ...context };
  const { conclusions, state } = appraiseTpmEvidence(evidence, known);
  const findings = findingsOf(conclusions, {
    subject: { kind: 'device', id: 'pump-1' },
    at: 1_000_000,
    holdsUntil: 2_000_000,
    premises: [],
  });
  return { codes: findings.map(({ code }) => code), findings, state: state as AttesterState };
}

const worst = (findings: readonly Finding[]) =>
  Object.values(composeVector(findings)).map((value) => tierOf(value));
/** The finding that contains the device. */
function contraindicates(found: ReturnType<typeof appraise>, code: string, parameters = {}): void {
  const finding = found.findings.find((each) => each.code === code);
  expect(found.codes).toContain(code);
  expect(worst(found.findings)).toContain('contraindicated');
  expect(finding?.parameters).toMatchObject(parameters);
  for (const language of ['en', 'ja'] as const) {
    expect(attestationFindings.sentence(finding!, language).found).not.toBe('');
  }
}

describe('a device that boots and runs what is approved', () => {
  test('is affirmed in all that its TPM can show', () => {
    const { codes, findings } = appraise(device.evidence(nonce));
    expect(codes).toEqual([
      'attestation/key-proven',
      'attestation/system-approved',
      'attestation/runtime-approved',
      'attestation/files-approved',
    ]);
    expect(composeVector(findings)).toMatchObject({
      'instance-identity': 2,
      executables: 2,
      'file-system': 2,
    });
  });

  test('in both banks', () => {
    device = new SimulatedDevice([11, 12]);
    image = device.learn();
    expect(appraise(device.evidence(nonce)).codes).toContain('attestation/system-approved');
  });

  test('without a measurement list is affirmed for its boot alone', () => {
    device.measurements = [];
    const { ima: _, ...evidence } = device.evidence(nonce);
    const quotedList = appraise(evidence);
    // PCR 10 holds the aggregate, which no log in this evidence explains.
    contraindicates(quotedList, 'attestation/pcr-unexplained', { pcr: 10 });
    expect(quotedList.codes).toContain('attestation/ima-log-missing');
  });

  test('is affirmed for its boot alone where nothing is known of its files', () => {
    device.withList = false;
    const { ima: _, ...evidence } = device.evidence(nonce);
    const { imaLog: _list, ...known } = image;
    const bootOnly = { ...known, files: new ReferenceFiles() };
    expect(appraise(evidence, { images: [bootOnly] }).codes).toEqual([
      'attestation/key-proven',
      'attestation/boot-approved',
    ]);
    // Where its files are known, silence is not as good as telling.
    const { codes, findings } = appraise(evidence);
    expect(codes).toContain('attestation/ima-log-missing');
    expect(worst(findings)).toContain('warning');
  });

  test('and of which nothing is known is neither affirmed nor accused', () => {
    const { codes, findings } = appraise(device.evidence(nonce), { images: [] });
    expect(codes).toEqual([
      'attestation/key-proven',
      'attestation/boot-unjudged',
      'attestation/runtime-unjudged',
      'attestation/files-unjudged',
    ]);
    expect(composeVector(findings)).toMatchObject({ executables: 0, 'file-system': 0 });
  });
});

describe('each attack has its finding', () => {
  test('an old quote, replayed', () => {
    const old = device.evidence(Buffer.from('another nonce'));
    const found = appraise(old);
    contraindicates(found, 'attestation/quote-replayed');
    // Nothing in it is believed.
    expect(found.codes).toHaveLength(1);
    expect(found.state).toBeUndefined();
  });

  test('a quote by another device’s key', () => {
    const other = new SimulatedDevice();
    contraindicates(appraise(other.evidence(nonce)), 'attestation/key-of-another');
    const { attester: _, ...silent } = other.evidence(nonce);
    contraindicates(appraise(silent), 'attestation/quote-signature');
  });

  test('parts of two devices', () => {
    const other = new SimulatedDevice();
    other.bootEvents = [...goodBoot, { pcr: 4, type: 0x80000003, data: 'bootkit' }];
    const compromised = other.evidence(nonce);
    // The quote of the one with logs and values of the other, and the other way round.
    contraindicates(
      appraise({ ...compromised, quotes: device.evidence(nonce).quotes }),
      'attestation/pcr-mismatch',
    );
    const mixed = { ...device.evidence(nonce), quotes: [device.quote(nonce), other.quote(nonce)] };
    contraindicates(appraise(mixed), 'attestation/quote-signature');
  });

  test('parts of two boots', () => {
    const before = device.quote(nonce);
    device.resetCount += 1;
    const evidence = { ...device.evidence(nonce), quotes: [before, device.quote(nonce)] };
    contraindicates(appraise(evidence), 'attestation/parts-of-two-boots');
  });

  test('values that are not those quoted', () => {
    const evidence = device.evidence(nonce);
    const forged = new Map(evidence.banks.get(11)!).set(4, '\x07'.repeat(32));
    contraindicates(appraise({ ...evidence, banks: new Map([[11, forged]]) }), 'attestation/pcr-mismatch');
  });

  test('a register that was extended besides the log', () => {
    for (const pcr of [4, 14]) {
      device.extra = [{ pcr, digest: 'x'.repeat(32) }];
      contraindicates(appraise(device.evidence(nonce)), 'attestation/pcr-unexplained', { pcr });
    }
  });

  test('the register of the measurement list, extended besides it', () => {
    device.extra = [{ pcr: 10, digest: 'x'.repeat(32) }];
    contraindicates(appraise(device.evidence(nonce)), 'attestation/pcr-unexplained', { pcr: 10 });
  });

  test('other firmware, honestly measured', () => {
    device.bootEvents = [{ pcr: 0, type: 8, data: 'firmware 6.6' }, ...goodBoot.slice(1)];
    contraindicates(appraise(device.evidence(nonce)), 'attestation/firmware-unapproved', { pcr: 0 });
  });

  test('another kernel, honestly measured', () => {
    device.bootEvents = goodBoot.with(4, { pcr: 4, type: 0x80000003, data: 'vmlinuz.evil' });
    contraindicates(appraise(device.evidence(nonce)), 'attestation/boot-unapproved', {
      pcr: 4,
      event: 'EV_EFI_BOOT_SERVICES_APPLICATION (5)',
    });
  });

  test('a boot log, cut', () => {
    const evidence = device.evidence(nonce);
    const honest = device.bootEvents;
    device.bootEvents = honest.filter(({ data }) => data !== 'vmlinuz');
    contraindicates(appraise({ ...evidence, bootLog: device.bootLog }), 'attestation/boot-log-cut', {
      pcr: 4,
    });
  });

  test('a boot log, reordered', () => {
    const evidence = device.evidence(nonce);
    device.bootEvents = goodBoot.with(2, goodBoot[3]!).with(3, goodBoot[2]!);
    contraindicates(appraise({ ...evidence, bootLog: device.bootLog }), 'attestation/boot-log-reordered', {
      pcr: 4,
    });
  });

  test('a boot log, extended or with an event put in', () => {
    const evidence = device.evidence(nonce);
    const more = bootEvent({ pcr: 4, type: 1, data: 'never' }, [11]);
    contraindicates(
      appraise({ ...evidence, bootLog: Buffer.concat([evidence.bootLog!, more]) }),
      'attestation/boot-log-extended',
      { event: 10 },
    );
    device.bootEvents = goodBoot.toSpliced(3, 0, { pcr: 4, type: 1, data: 'never' });
    contraindicates(appraise({ ...evidence, bootLog: device.bootLog }), 'attestation/boot-log-inserted');
  });

  const withList = (change: (list: SimulatedDevice) => void) => {
    const evidence = device.evidence(nonce);
    change(device);
    return appraise({ ...evidence, ima: { offset: 0, entries: device.imaLog } });
  };

  test('a measurement list, cut', () => {
    contraindicates(
      withList((each) => each.measurements.pop()),
      'attestation/ima-log-cut',
    );
    device.measurements.push('/lib/libc.so.6');
  });

  test('a measurement list, reordered', () => {
    contraindicates(
      withList((each) => each.measurements.splice(1, 2, goodFiles[2]!, goodFiles[1]!)),
      'attestation/ima-log-reordered',
      { entry: 2 },
    );
  });

  test('a measurement list, extended', () => {
    contraindicates(
      withList((each) => each.measurements.push('/bin/sh')),
      'attestation/ima-log-extended',
      { entry: 5 },
    );
  });

  test('a measurement list with an entry put in', () => {
    contraindicates(
      withList((each) => each.measurements.splice(2, 0, goodFiles[0]!)),
      'attestation/ima-log-inserted',
      {
        entry: 3,
      },
    );
  });

  test('a violation added to the list', () => {
    contraindicates(
      withList((each) => each.measurements.splice(2, 0, { path: '/bin/sh', violation: true })),
      'attestation/ima-violation-forged',
      { entry: 3 },
    );
  });

  test('an entry that says something else than was measured', () => {
    const evidence = device.evidence(nonce);
    const altered = Buffer.from(evidence.ima!.entries);
    altered[altered.indexOf('/bin/sh') + 5] = 0x5a;
    contraindicates(
      appraise({ ...evidence, ima: { offset: 0, entries: altered } }),
      'attestation/ima-log-altered',
    );
  });

  test('a violation that was measured', () => {
    device.measurements.push({ path: '/var/lib/x', violation: true });
    contraindicates(appraise(device.evidence(nonce)), 'attestation/ima-violation', { path: '/var/lib/x' });
  });

  test('a file outside the reference values', () => {
    device.measurements.push('/tmp/miner');
    const found = appraise(device.evidence(nonce));
    contraindicates(found, 'attestation/executable-unapproved', { path: '/tmp/miner', count: 1 });
    expect(found.codes).toContain('attestation/file-unknown');
    const lenient = appraise(device.evidence(nonce), { unknownFiles: 'warning' });
    expect(lenient.codes).toContain('attestation/executable-unknown');
    expect(worst(lenient.findings)).not.toContain('contraindicated');
  });

  test('a file that bears the name of what the kernel writes first', () => {
    device.measurements.push({ path: 'boot_aggregate', content: 'a program of that name' });
    contraindicates(appraise(device.evidence(nonce)), 'attestation/executable-unapproved', {
      path: 'boot_aggregate',
    });
  });

  test('a file that was changed', () => {
    device.measurements[1] = { path: '/bin/sh', content: 'something else' };
    const found = appraise(device.evidence(nonce));
    contraindicates(found, 'attestation/executable-unapproved', { path: '/bin/sh' });
    contraindicates(found, 'attestation/file-changed', { path: '/bin/sh' });
  });

  test('the measurement list of another boot', () => {
    const evidence = device.evidence(nonce);
    const foreign = Buffer.concat([
      imaEntry({ path: 'boot_aggregate', content: 'of another' }),
      Buffer.alloc(0),
    ]);
    contraindicates(
      appraise({ ...evidence, ima: { offset: 0, entries: foreign } }),
      'attestation/boot-aggregate-mismatch',
    );
  });

  test('a register of the reference values that is not quoted', () => {
    const evidence = device.evidence(nonce);
    const image2 = new SimulatedDevice().learn();
    const states = [new Map([[11, new Map([...image2.states[0]!.get(11)!, [15, ['\x01'.repeat(32)]]])]])];
    contraindicates(appraise(evidence, { images: [{ ...image2, states }] }), 'attestation/boot-unapproved', {
      pcr: 15,
    });
  });

  test('a TPM that was cloned or cleared', () => {
    const { state } = appraise(device.evidence(nonce));
    device.resetCount -= 1;
    contraindicates(appraise(device.evidence(nonce), { state }), 'attestation/clock-stepped-back');
    device.resetCount += 1;
    device.clock -= 1n;
    contraindicates(appraise(device.evidence(nonce), { state }), 'attestation/clock-stepped-back');
  });

  test('a key that is not the TPM’s', () => {
    const key = new SimulatedKey(['fixedTpm', 'fixedParent', 'sensitiveDataOrigin', 'signEncrypt']);
    const other = new SimulatedKey(['fixedTpm', 'fixedParent', 'sensitiveDataOrigin', 'signEncrypt']);
    const evidence = device.evidence(nonce);
    const shown = (certified: ReturnType<SimulatedDevice['certify']>) =>
      appraise({ ...evidence, certified: [certified] });
    expect(shown(device.certify(key, nonce)).codes).toContain('attestation/keys-in-tpm');
    contraindicates(shown(device.certify(key, nonce, other.publicArea)), 'attestation/key-not-certified');
    // Certified for another occasion: the nonce is bound into every part.
    contraindicates(shown(device.certify(key, Buffer.from('old'))), 'attestation/key-not-certified', {
      problem: 'nonce',
    });
    const loose = new SimulatedKey(['signEncrypt', 'userWithAuth']);
    expect(shown(device.certify(loose, nonce)).codes).toContain('attestation/key-exportable');
  });

  test('an endorsement certificate of another TPM', () => {
    const found = appraise(device.evidence(nonce), { endorsement: { problem: 'another-tpm' } });
    contraindicates(found, 'attestation/endorsement-of-another-tpm');
  });

  test('logs that cannot be read', () => {
    const evidence = device.evidence(nonce);
    expect(appraise({ ...evidence, bootLog: Buffer.of(1) }).codes).toContain(
      'attestation/boot-log-unreadable',
    );
    const cut = { offset: 0, entries: device.imaLog.subarray(0, -1) };
    expect(appraise({ ...evidence, ima: cut }).codes).toContain('attestation/ima-log-unreadable');
  });
});

describe('a list that grows', () => {
  test('is sent and replayed from where the last appraisal left off', () => {
    const first = appraise(device.evidence(nonce));
    const offset = device.imaLog.length;
    expect(first.state.ima.get(11)?.offset).toBe(offset);
    device.measurements.push('/bin/sh');
    const news = { offset, entries: device.imaLog.subarray(offset) };
    const second = appraise(device.evidence(nonce, news), { state: first.state });
    expect(second.codes).toContain('attestation/runtime-approved');
    expect(second.state.ima.get(11)?.entries).toBe(6);
    // Nothing new is news as well.
    const third = appraise(
      device.evidence(nonce, { offset: device.imaLog.length, entries: Buffer.alloc(0) }),
      {
        state: second.state,
      },
    );
    expect(third.codes).toContain('attestation/system-approved');
  });

  test('with a gap, or left out, is asked for again', () => {
    const { state } = appraise(device.evidence(nonce));
    const gap = device.evidence(nonce, { offset: 10, entries: Buffer.alloc(0) });
    expect(appraise(gap, { state }).codes).toContain('attestation/ima-log-gap');
    const { ima: _, ...silent } = device.evidence(nonce);
    expect(appraise(silent, { state }).codes).toContain('attestation/ima-log-gap');
  });

  test('keeps what was found until the next boot: waiting restores nothing', () => {
    device.measurements.push('/tmp/miner');
    const first = appraise(device.evidence(nonce));
    contraindicates(first, 'attestation/executable-unapproved');
    const news = { offset: device.imaLog.length, entries: Buffer.alloc(0) };
    const second = appraise(device.evidence(nonce, news), { state: first.state });
    contraindicates(second, 'attestation/executable-unapproved', { path: '/tmp/miner' });
    device.resetCount += 1;
    device.measurements = [...goodFiles];
    expect(appraise(device.evidence(nonce), { state: second.state }).codes).toContain(
      'attestation/system-approved',
    );
  });

  test('after another boot begins anew', () => {
    const { state } = appraise(device.evidence(nonce));
    device.resetCount += 1;
    const news = { offset: device.imaLog.length, entries: Buffer.alloc(0) };
    expect(appraise(device.evidence(nonce, news), { state }).codes).toContain('attestation/ima-log-gap');
    expect(appraise(device.evidence(nonce), { state }).codes).toContain('attestation/system-approved');
  });

  test('by the rule of older kernels is replayed by it, now and later', () => {
    device.imaRule = 'padded';
    const first = appraise(device.evidence(nonce));
    expect(first.codes).toContain('attestation/runtime-approved');
    expect(first.state.ima.get(11)?.rule).toBe('padded');
    const offset = device.imaLog.length;
    device.measurements.push('/bin/sh');
    const news = { offset, entries: device.imaLog.subarray(offset) };
    expect(appraise(device.evidence(nonce, news), { state: first.state }).codes).toContain(
      'attestation/runtime-approved',
    );
  });
});
