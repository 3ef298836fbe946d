import { composeVector, tierOf } from '@kiten/trust';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type AppraisalContext,
  type AttesterState,
  appraiseTpmEvidence,
  attestationFindings,
  decodeCorim,
  findingsOf,
  heldByOthers,
  type ReferenceImage,
  type RuntimeReport,
  type SignedReport,
} from '../../src/index.ts';
import { goodReport, SimulatedDevice, SimulatedKey } from '../support/simulated-device.ts';

const nonce = Buffer.from('a nonce of this verifier');
let device: SimulatedDevice;
let image: ReferenceImage;
beforeEach(() => {
  device = new SimulatedDevice();
  image = device.learn('gateway 1', { ...goodReport, nonce, signer: device.ak.tpmKey.name! });
});

function appraise(runtime: SignedReport | undefined, context: Partial<AppraisalContext> = {}) {
  const evidence = { ...device.evidence(nonce), ...(runtime === undefined ? {} : { runtime }) };
  const known = { key: device.ak.tpmKey, nonce, images: [image], ...context };
  const { conclusions, state, fingerprints } = appraiseTpmEvidence(evidence, known);
  const about = { subject: { kind: 'device', id: 'pump-1' } as const, premises: [] };
  const findings = findingsOf(conclusions, { ...about, at: 1_000_000, holdsUntil: 2_000_000 });
  for (const finding of findings) {
    for (const language of ['en', 'ja'] as const) {
      expect(attestationFindings.sentence(finding, language).found).not.toContain('{');
    }
  }
  return {
    codes: findings.map((each) => each.code),
    findings,
    vector: composeVector(findings),
    state: state as AttesterState,
    fingerprints,
  };
}

const said = (differs: Partial<RuntimeReport>, context: Partial<AppraisalContext> = {}) =>
  appraise(device.report(nonce, differs), context);

const finding = (found: ReturnType<typeof appraise>, word: string) =>
  found.findings.find(({ code }) => code === `attestation/${word}`);

/** The device is warned about or contained for this, and for nothing else in its report. */
function speaksAgainst(found: ReturnType<typeof appraise>, word: string, parameters = {}): void {
  expect(found.codes).toContain(`attestation/${word}`);
  expect(['warning', 'contraindicated']).toContain(tierOf(finding(found, word)!.value));
  expect(finding(found, word)!.parameters).toMatchObject(parameters);
}

describe('a device whose kernel and processes are as the golden one’s', () => {
  test('is affirmed in what its report shows', () => {
    const { codes, vector, findings } = said({});
    expect(codes).toEqual(
      [
        'key-proven',
        'system-approved',
        'runtime-approved',
        'files-approved',
        'report-proven',
        'runtime-seen',
        'kernel-approved',
        'kernel-untainted',
        'modules-approved',
        'sockets-approved',
        'processes-approved',
        'running-files-approved',
        'memory-isolated',
        'credentials-sound',
        'events-complete',
      ].map((word) => `attestation/${word}`),
    );
    expect(findings.every(({ value }) => tierOf(value) === 'affirming')).toBe(true);
    // What the quotes affirm stays what it was: a report is weaker, and only ever adds what speaks against a device.
    expect(vector).toMatchObject({
      executables: 2,
      'file-system': 2,
      configuration: 3,
      'runtime-opaque': -32,
    });
  });

  test('without reference values is neither affirmed nor accused by it', () => {
    const { findings } = said({}, { images: [] });
    expect(findings.every(({ value }) => tierOf(value) !== 'warning')).toBe(true);
    expect(findings.map(({ code }) => code)).toContain('attestation/modules-unjudged');
  });

  test('that sends no report where one is expected is warned about', () => {
    speaksAgainst(appraise(undefined), 'report-missing');
    const { runtime: _, ...plain } = image;
    expect(appraise(undefined, { images: [plain] }).codes).not.toContain('attestation/report-missing');
    const { state } = said({});
    speaksAgainst(appraise(undefined, { images: [plain], state }), 'report-missing');
  });

  test('that cannot see everything says so', () => {
    const { modules: _, ...blind } = goodReport;
    const report = { ...blind, unseen: [{ part: 'modules', reason: 'EACCES' }] } as const;
    const signed = device.report(nonce, { ...report, modules: undefined } as never);
    speaksAgainst(appraise(signed), 'runtime-unseen', { parts: 'modules', reason: 'EACCES' });
    // What is known to be there cannot be left out in silence.
    const silent = device.report(nonce, { sockets: undefined } as never);
    speaksAgainst(appraise(silent), 'runtime-unseen', { parts: 'sockets' });
  });
});

describe('what nobody expects', () => {
  test('may be missing: that is said, and speaks against nobody', () => {
    const unseen = [{ part: 'events', reason: 'no traces' }] as const;
    const found = said({ unseen }, { images: [] });
    expect(finding(found, 'runtime-unexpected')?.parameters).toMatchObject({ parts: 'events' });
    expect(tierOf(finding(found, 'runtime-unexpected')!.value)).toBe('none');
  });
});

describe('who reports', () => {
  test('is this device: the report of another one fails', () => {
    const other = new SimulatedDevice();
    const found = appraise(other.report(nonce));
    speaksAgainst(found, 'report-of-another');
    expect(found.vector['instance-identity']).toBe(97);
    // Nothing in it is believed.
    expect(found.codes).not.toContain('attestation/modules-approved');
    speaksAgainst(appraise(device.report(nonce, {}, new SimulatedKey())), 'report-signature');
  });

  test('answers this nonce: an old report fails', () => {
    const old = device.report(Buffer.from('an earlier nonce'));
    speaksAgainst(appraise(old), 'report-replayed', {
      nonce: Buffer.from('an earlier nonce').toString('hex'),
    });
  });

  test('and is read strictly', () => {
    const bytes = Buffer.from('f6', 'hex');
    const signed = { report: bytes, signature: device.ak.sign(bytes) };
    speaksAgainst(appraise(signed), 'report-unreadable', { problem: 'attestation/report-malformed' });
  });
});

describe('the kernel', () => {
  const kernel = (differs: object) => said({ kernel: { ...goodReport.kernel!, ...differs } });

  test('is locked down at least as far as the reference', () => {
    speaksAgainst(kernel({ lockdown: 'none' }), 'lockdown-weaker', { expected: 'integrity' });
    expect(kernel({ lockdown: 'confidentiality' }).codes).toContain('attestation/kernel-approved');
  });

  test('is set as the reference has it', () => {
    const settings = new Map([...goodReport.kernel!.settings, ['kernel.kexec_load_disabled', 0] as const]);
    speaksAgainst(kernel({ settings }), 'setting-differs', {
      setting: 'kernel.kexec_load_disabled',
      value: 0,
    });
  });

  test.each([
    [1, 'kernel-module-forced', 'F'],
    [3, 'kernel-module-forced', 'R'],
    [8, 'kernel-acpi-overridden', 'A'],
    [13, 'kernel-module-unsigned', 'E'],
    [15, 'kernel-patched', 'K'],
    [0, 'kernel-module-foreign', 'P'],
    [12, 'kernel-module-foreign', 'O'],
  ])('that is tainted by bit %i is explained: %s', (bit, word, marks) => {
    speaksAgainst(kernel({ taint: 2 ** bit }), word, { marks });
  });

  test('that warned or crashed is nobody else’s for that, nor one that was learnt so', () => {
    expect(kernel({ taint: 2 ** 9 + 2 ** 7 }).codes).toContain('attestation/kernel-untainted');
    image = { ...image, runtime: { ...image.runtime!, taint: 2 ** 12 } };
    expect(kernel({ taint: 2 ** 12 }).codes).toContain('attestation/kernel-untainted');
    speaksAgainst(kernel({ taint: 2 ** 12 + 2 ** 13 }), 'kernel-module-unsigned', { marks: 'E' });
  });

  test('loads known modules only', () => {
    const [ext4] = goodReport.modules!;
    const changed = { ...ext4!, digest: new Uint8Array(32) };
    speaksAgainst(said({ modules: [changed] }), 'module-unapproved', { module: 'ext4' });
    const unknown = [{ name: 'rootkit', digest: new Uint8Array(32) }];
    speaksAgainst(said({ modules: unknown }), 'module-unapproved', { module: 'rootkit', signer: '–' });
    speaksAgainst(said({ modules: unknown }, { unknownFiles: 'warning' }), 'module-unknown');
    // Without a file to look at, who signed it counts.
    const signer = ext4!.signer!;
    expect(said({ modules: [{ name: 'ext4', signer }] }).codes).toContain('attestation/modules-approved');
    speaksAgainst(said({ modules: [{ name: 'ext4', signer: 'Mallory' }] }), 'module-unapproved');
  });
});

describe('sockets', () => {
  const listening = (protocol: 'tcp' | 'udp' | 'unix', address: string, port: number, executable: string) =>
    said({ sockets: [{ protocol, address, port, executable }] });

  test('of strangers that the network reaches contain the device', () => {
    const found = listening('tcp', '::', 4444, '/tmp/nc');
    speaksAgainst(found, 'socket-unapproved', { port: 4444, path: '/tmp/nc' });
    expect(tierOf(found.vector.configuration)).toBe('contraindicated');
  });

  test('of strangers on the device alone are warned about', () => {
    const found = listening('tcp', '127.0.0.1', 4444, '/tmp/nc');
    speaksAgainst(found, 'local-socket-unapproved');
    expect(tierOf(found.vector.configuration)).toBe('warning');
    speaksAgainst(listening('unix', '/tmp/x', 0, '/tmp/nc'), 'local-socket-unapproved');
  });

  test('are known by executable, port and address', () => {
    speaksAgainst(listening('tcp', '0.0.0.0', 23, '/usr/sbin/sshd'), 'socket-unapproved');
    speaksAgainst(listening('tcp', '0.0.0.0', 22, '/tmp/sshd'), 'socket-unapproved');
    expect(listening('tcp', '192.0.2.1', 22, '/usr/sbin/sshd').codes).toContain(
      'attestation/sockets-approved',
    );
    // What was bound to IPv4 alone does not speak for IPv6.
    speaksAgainst(listening('tcp', '2001:db8::1', 22, '/usr/sbin/sshd'), 'socket-unapproved');
  });

  test('on ports that the kernel gave out are known by their executable', () => {
    expect(listening('udp', '0.0.0.0', 50_000, '/usr/bin/agent').codes).toContain(
      'attestation/sockets-approved',
    );
  });
});

describe('what runs', () => {
  const [, agent] = goodReport.executables!;
  const running = (differs: object, context = {}) =>
    said({ executables: [{ ...agent!, ...differs }] }, context);

  test('is what the image has', () => {
    const found = running({ digest: new Uint8Array(32) });
    speaksAgainst(found, 'process-unapproved', { path: '/usr/bin/agent' });
    speaksAgainst(found, 'running-file-changed');
    expect(found.vector).toMatchObject({ executables: 96, 'file-system': 96 });
    speaksAgainst(running({ path: '/tmp/miner' }), 'running-file-unknown');
    speaksAgainst(running({ path: '/tmp/miner' }, { unknownFiles: 'warning' }), 'process-unknown');
  });

  test('may be a file that IMA knows', () => {
    const [file] = [...image.files].filter(({ path }) => path === '/bin/sh');
    const digest = Buffer.from(file!.digest, 'latin1');
    expect(file!.hash).toBe('sha256');
    expect(running({ path: '/bin/sh', digest }).codes).toContain('attestation/processes-approved');
  });

  test('from memory alone is found, and an approved one whose file was replaced is not', () => {
    speaksAgainst(running({ path: '/memfd:x', digest: new Uint8Array(32), gone: true }), 'process-hidden');
    expect(running({ gone: true }).codes).toContain('attestation/processes-approved');
  });

  test('and is traced lies open', () => {
    const found = running({ traced: true });
    speaksAgainst(found, 'memory-traced', { path: '/usr/bin/agent' });
    expect(found.vector['runtime-opaque']).toBe(96);
  });
});

describe('credentials', () => {
  const credentials = (differs: object, context = {}) =>
    said({ credentials: { ...goodReport.credentials!, ...differs } }, context);

  test('that everybody knows contain the device', () => {
    const empty = credentials({ weak: [{ account: 'guest', weakness: 'empty-password' }] });
    speaksAgainst(empty, 'empty-password', { account: 'guest' });
    speaksAgainst(
      credentials({ weak: [{ account: 'root', weakness: 'default-password' }] }),
      'default-password',
    );
    expect(tierOf(empty.vector.configuration)).toBe('contraindicated');
  });

  test('that another device has, too, are a finding', () => {
    const signed = device.report(nonce);
    const fingerprints = appraise(signed).fingerprints!;
    const shared = new Map([[Buffer.from(fingerprints[0]!.digest).toString('hex'), 'pump-2']]);
    expect(heldByOthers(fingerprints, shared)).toEqual({
      code: 'attestation/secret-shared',
      aspect: 'credentials',
      parameters: { kind: 'host-key', label: 'ssh-ed25519', device: 'pump-2' },
    });
    expect(heldByOthers(fingerprints, new Map())).toBeUndefined();
    expect(appraise(signed).fingerprints).toHaveLength(3);
    // Of what is not proven, nothing is kept.
    expect(appraise(device.report(nonce, {}, new SimulatedKey())).fingerprints).toBeUndefined();
  });

  test('that open an account have to be known; several devices may have the same', () => {
    const stranger = { kind: 'authorized-key', label: 'root', digest: new Uint8Array(32) } as const;
    speaksAgainst(credentials({ fingerprints: [stranger] }), 'authorized-key-unapproved', {
      account: 'root',
    });
    const [, , authorized] = goodReport.credentials!.fingerprints;
    const shared = new Map([[Buffer.from(authorized!.digest).toString('hex'), 'pump-2']]);
    expect(heldByOthers(goodReport.credentials!.fingerprints, shared)).toBeUndefined();
  });
});

describe('events', () => {
  const events = (differs: object, context: Partial<AppraisalContext> = {}) =>
    said({ events: { ...goodReport.events!, ...differs } }, context);
  let state: AttesterState;
  beforeEach(() => {
    state = said({}).state;
    expect(state.events).toMatchObject({ next: 42, lost: 0 });
  });

  test('go on where the last report ended, across boots', () => {
    device.resetCount += 1;
    const { codes, state: after } = events({ first: 42, events: [] }, { state });
    expect(codes).toContain('attestation/events-complete');
    expect(after.events?.next).toBe(42);
    expect(events({ first: 41 }, { state }).state.events?.next).toBe(43);
  });

  test('that are missing are a gap', () => {
    speaksAgainst(events({ first: 45 }, { state }), 'events-gap', { first: 42, last: 44, count: 3 });
  });

  test('that go back were set back, and stay so until they have caught up', () => {
    const found = events({ first: 10, events: [] }, { state });
    speaksAgainst(found, 'events-went-back', { end: 10, next: 42 });
    expect(found.state.events?.next).toBe(42);
  });

  test('that are numbered anew are said to be', () => {
    speaksAgainst(events({ stream: new Uint8Array(16) }, { state }), 'events-restarted', { next: 42 });
  });

  test('that the device lost are counted', () => {
    const found = events({ first: 42, events: [], lost: 7 }, { state });
    speaksAgainst(found, 'events-lost', { count: 7 });
    expect(found.state.events?.lost).toBe(7);
  });

  const happened = (kind: string, process: string, detail: string) => ({
    first: 42,
    events: [{ at: 1, kind, process, detail }],
  });

  test('of a module that is gone again speak against the device until the next boot', () => {
    const found = events(happened('module-loaded', '/tmp/x', 'rootkit'), { state });
    speaksAgainst(found, 'event-module-unapproved', { detail: 'rootkit', path: '/tmp/x' });
    const later = events({ first: 43, events: [] }, { state: found.state });
    speaksAgainst(later, 'event-module-unapproved');
    device.resetCount += 1;
    expect(events({ first: 43, events: [] }, { state: later.state }).codes).toContain(
      'attestation/events-complete',
    );
  });

  test('of privileges count by who gained them', () => {
    speaksAgainst(
      events(happened('privilege-gained', '/tmp/x', 'setuid 1000→0'), { state }),
      'event-privilege-unapproved',
    );
    expect(events(happened('privilege-gained', '/usr/bin/sudo', 'setuid 1000→0'), { state }).codes).toContain(
      'attestation/events-complete',
    );
  });

  test('that were told of before are not judged again', () => {
    const old = { first: 41, events: [{ at: 1, kind: 'module-loaded', process: '', detail: 'rootkit' }] };
    expect(events(old, { state }).codes).toContain('attestation/events-complete');
  });
});

describe('reference values of a report', () => {
  test('come back from a CoRIM as they went in', () => {
    const { runtime } = image;
    expect(runtime).toMatchObject({ lockdown: 'integrity', taint: 0 });
    expect([...runtime!.modules!.keys()]).toEqual(['ext4', 'can'].toSorted((a, b) => a.length - b.length));
    expect(runtime!.sockets).toContainEqual({
      protocol: 'udp',
      address: '0.0.0.0',
      port: 0,
      executable: '/usr/bin/agent',
    });
    expect(runtime!.privileged).toEqual(new Set(['/usr/bin/sudo']));
    expect(decodeCorim(device.learnCorim('gateway 1')).runtime).toBeUndefined();
  });

  test('leave out what the golden device could not see', () => {
    const report = { ...goodReport, nonce, signer: device.ak.tpmKey.name! };
    const blind: RuntimeReport = { ...report, unseen: [{ part: 'sockets', reason: 'EACCES' }] };
    expect(device.learn('gateway 1', blind).runtime?.sockets).toBeUndefined();
  });
});
