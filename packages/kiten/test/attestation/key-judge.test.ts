import { encodeCertifyStatement, encodeTpmEvidence, encodeWrapperStatement } from '@kiten/attestation';
import type { AttestationStatement } from '@kiten/codec';
import { parseDeviceId } from '@kiten/trust';
import { beforeEach, describe, expect, test } from 'vitest';
import { SimulatedKey } from '../../../attestation/test/support/simulated-device.ts';
import type { KeyRule } from '../../src/site/group-settings.ts';
import { ann, type InnerSite, newFolder, openSite } from '../fixtures.ts';
import { AttestedDevice } from './attested-site.ts';

const attributes = ['fixedTpm', 'fixedParent', 'sensitiveDataOrigin', 'userWithAuth', 'signEncrypt'] as const;
let site: InnerSite;
let device: AttestedDevice;
let key: SimulatedKey;
beforeEach(async () => {
  site = await openSite(await newFolder());
  device = await AttestedDevice.admit(site, 'pump-1');
  key = new SimulatedKey(attributes);
});

const rule = (required: KeyRule) =>
  site.groups.put({ name: 'default', attest: { key: required } }, ann, 'for the test');

const nonceOf = (id = 'pump-1') => site.keyJudge.challenge(id).nonce;

async function judge(statements: readonly AttestationStatement[], of = key) {
  const judgement = await site.keyJudge.judge({
    device: parseDeviceId('pump-1'),
    method: 'token',
    groups: ['default'],
    publicKey: of.tpmKey.publicKey,
    ...(statements.length === 0 ? {} : { bundle: { statements, certificates: [] } }),
  });
  if (judgement.refusal !== undefined) return judgement.refusal.code;
  return judgement.heldBy === undefined ? 'unattested' : Buffer.from(judgement.heldBy).toString('hex');
}

const held = () => Buffer.from(device.ak.tpmKey.name!).toString('hex');
const certify = (subject: SimulatedKey, nonce = nonceOf(), publicArea = subject.publicArea) =>
  encodeCertifyStatement(device.certify(subject, nonce, publicArea));

describe('a group that takes any key', () => {
  test('takes one of which nothing is shown, and says what holds one of which it is', async () => {
    expect(await judge([])).toBe('unattested');
    expect(await judge([{ type: '1.2.3', statement: Buffer.from('0500', 'hex') }])).toBe('unattested');
    expect(await judge([certify(key)])).toBe(held());
  });

  test('takes no statement that does not hold', async () => {
    const exportable = new SimulatedKey(['sensitiveDataOrigin', 'userWithAuth', 'signEncrypt']);
    expect(await judge([certify(exportable)], exportable)).toBe('kiten/key-exportable');
  });
});

describe('a group that takes keys in hardware', () => {
  beforeEach(async () => void (await rule('hardware')));

  test('takes one that the device’s TPM certifies over a fresh nonce', async () => {
    expect(await judge([certify(key)])).toBe(held());
  });

  test('refuses each other one for a reason of its own', async () => {
    expect(await judge([])).toBe('kiten/key-unattested');
    const other = new AttestedTpm();
    expect(await judge([other.certify(key, nonceOf())])).toBe('kiten/key-of-another-tpm');
    const swapped = new SimulatedKey(attributes);
    expect(await judge([certify(key)], swapped)).toBe('kiten/key-mixed');
    expect(await judge([certify(key, nonceOf(), swapped.publicArea)], swapped)).toBe('kiten/key-mixed');
    const exportable = new SimulatedKey(['fixedTpm', 'sensitiveDataOrigin', 'signEncrypt']);
    expect(await judge([certify(exportable)], exportable)).toBe('kiten/key-exportable');
    const [{ type, statement }] = [certify(key)];
    expect(await judge([{ type, statement: statement.subarray(0, -1) }])).toBe(
      'kiten/key-statement-unreadable',
    );
    const quote = { ...device.quote(nonceOf()), publicArea: key.publicArea };
    expect(await judge([encodeCertifyStatement(quote)])).toBe('kiten/key-statement-unreadable');
  });

  test('takes a nonce once, in time, of this device', async () => {
    const statement = certify(key);
    expect(await judge([statement])).toBe(held());
    expect(await judge([statement])).toBe('kiten/key-statement-stale');
    const late = certify(key);
    site.clock.advance(61_000);
    expect(await judge([late])).toBe('kiten/key-statement-stale');
    expect(await judge([certify(key, nonceOf('pump-2'))])).toBe('kiten/key-statement-stale');
    expect(await judge([certify(key, new Uint8Array(32))])).toBe('kiten/key-statement-stale');
  });

  test('refuses a device of which no attestation key is known', async () => {
    site.attesters.remove('pump-1');
    expect(await judge([certify(key)])).toBe('kiten/attestation-key-unknown');
  });
});

describe('a group that takes keys of devices in an approved state', () => {
  beforeEach(async () => {
    await rule('hardware-approved');
    const { digest } = await site.references.add(device.learnCorim(), ann);
    await site.references.assign(digest, 'device:pump-1', ann, 'for the test');
  });

  const withEvidence = () => {
    const nonce = nonceOf();
    const evidence = encodeTpmEvidence(device.evidence(nonce));
    return [certify(key, nonce), encodeWrapperStatement(evidence)];
  };

  test('takes one with evidence of that over the same nonce', async () => {
    expect(await judge(withEvidence())).toBe(held());
  });

  test('refuses one of a device that booted or runs something else, or shows nothing', async () => {
    expect(await judge([certify(key)])).toBe('kiten/device-unapproved');
    device.measurements = [...device.measurements, '/tmp/miner'];
    expect(await judge(withEvidence())).toBe('kiten/device-unapproved');
  });

  test('refuses evidence of another occasion beside a fresh statement', async () => {
    const [statement] = withEvidence();
    const old = encodeWrapperStatement(encodeTpmEvidence(device.evidence(Buffer.from('an old nonce'))));
    expect(await judge([statement!, old])).toBe('kiten/device-unapproved');
  });
});

/** Another TPM than the device’s. */
class AttestedTpm {
  readonly device = Object.create(device, { ak: { value: new SimulatedKey() } }) as AttestedDevice;

  certify(subject: SimulatedKey, nonce: Uint8Array): AttestationStatement {
    return encodeCertifyStatement(this.device.certify(subject, nonce));
  }
}
