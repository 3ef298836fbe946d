import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodePem, parseCertificate } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pkcs11Key } from '../packages/agent/src/keys/pkcs11-key.ts';
import { MeasuredDevice } from '../packages/agent/test/measured-device.ts';
import { hasHardwareTls } from '../packages/agent/test/openssl/peer.ts';
import { hasSwtpm } from '../packages/agent/test/swtpm.ts';
import { type AgentDevice, agentDevice, agentProgram } from './agent.ts';
import { learnFrom, settingsOf } from './agent-machine.ts';
import { run, TestSite } from './kiten.ts';
import { hasSoftToken, SoftToken, softTokenLibrary } from './soft-token.ts';

/** What the site holds of a device. */
async function verdictOf(site: TestSite, id: string) {
  const verdict = await site.json<{
    readonly status: string;
    readonly vector: Readonly<Record<string, number>>;
    readonly findings: readonly { readonly code: string }[];
  }>('verdict', 'show', id);
  return { ...verdict, codes: verdict.findings.map(({ code }) => code) };
}

const kept = (device: AgentDevice) => readFile(join(device.folder, 'state', 'identity.pem'), 'utf8');
const publish = (device: AgentDevice) =>
  device.json('publish', '--topic', `d/${device.id}/pressure`, '--message', '4.2');
const refusalOf = ({ stderr }: { readonly stderr: string }): unknown => JSON.parse(stderr).error;

describe.skipIf(!hasSwtpm || !hasHardwareTls)('a device whose key never leaves its TPM', () => {
  let site: TestSite;
  let pump: AgentDevice;
  const machines: MeasuredDevice[] = [];
  const start = async (): Promise<MeasuredDevice> => {
    const machine = await MeasuredDevice.start();
    machines.push(machine);
    return machine;
  };
  beforeAll(async () => {
    site = await TestSite.start();
    const golden = await agentDevice(site, 'golden', settingsOf(await start(), 'file'));
    await golden.enrol();
    await golden.json('attest');
    const rule = ['--key', 'hardware-approved', '--reason', 'keys stay where they were made'];
    await site.json('group', 'set', 'approved', ...rule);
    await learnFrom(site, 'golden', 'group:approved');
  });
  afterAll(async () => {
    for (const machine of machines) await machine[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  const device = (id: string, on: MeasuredDevice, key: 'tpm' | 'file'): Promise<AgentDevice> => {
    const mqtt = `mqtt = "mqtts://localhost:${site.ready.mqtts.split(':')[1]}"\n`;
    return agentDevice(site, id, mqtt + settingsOf(on, key), ['--group', 'approved']);
  };

  it('gets a certificate where only approved hardware gets one, and the vector says so', async () => {
    pump = await device('pump-1', await start(), 'tpm');
    expect(await pump.enrol()).toMatchObject({ device: 'pump-1', key: 'tpm' });
    const { vector, codes } = await verdictOf(site, 'pump-1');
    expect(vector['storage-opaque']).toBe(2);
    expect(codes).toContain('identity/key-in-hardware');
    expect(await kept(pump)).toContain('-----BEGIN TSS2 PRIVATE KEY-----');
    expect(await kept(pump)).not.toMatch(/BEGIN (EC )?PRIVATE KEY/);
    expect((await pump.agent('status')).stdout).toContain('in the TPM and never leaves it');
  });

  it('attests and publishes with it', async () => {
    expect(await pump.json('attest')).toMatchObject({ status: 'affirming' });
    expect(await publish(pump)).toMatchObject({ topic: 'd/pump-1/pressure' });
    const refused = await pump.agent('publish', '--topic', 'd/pump-2/x', '--message', 'x', '--json');
    expect(refusalOf(refused)).toMatchObject({ code: 'agent/mqtt-refused' });
  });

  it('renews it for another key in its TPM', async () => {
    const before = await kept(pump);
    expect(await pump.json('renew')).toMatchObject({ key: 'tpm' });
    const keyOf = (text: string) => text.slice(text.indexOf('-----BEGIN TSS2'));
    expect(keyOf(await kept(pump))).not.toBe(keyOf(before));
    expect(await publish(pump)).toMatchObject({ size: 3 });
    expect((await verdictOf(site, 'pump-1')).vector['storage-opaque']).toBe(2);
  });

  it('is the only one who can use what is kept of it', async () => {
    const thief = await device('thief', await start(), 'tpm');
    await mkdir(join(thief.folder, 'state'), { mode: 0o700 });
    await copyFile(join(pump.folder, 'state', 'identity.pem'), join(thief.folder, 'state', 'identity.pem'));
    const refused = await thief.agent('attest', '--json');
    expect(refusalOf(refused)).toMatchObject({
      code: 'agent/tpm-refused',
      message: expect.stringContaining('TPM_RC_INTEGRITY'),
    });
  });

  it('says what is to be installed where something is missing', async () => {
    const args = [agentProgram, 'attest', '--json', '--config', pump.configuration];
    const refused = await run(process.execPath, args, { env: { PATH: '/nowhere' } });
    expect(refusalOf(refused)).toMatchObject({ code: 'agent/software-missing' });
  });

  it('is refused one for a key in a file, and while its state is not approved', async () => {
    const refused = async (key: 'tpm' | 'file', machine: MeasuredDevice) => {
      const other = await device(`pump-with-${key}`, machine, key);
      return other.enrol().then(String, (error: Error) => error.message);
    };
    expect(await refused('file', await start())).toContain('kiten/key-unattested');
    const changed = await start();
    await changed.extend(14, 'what nobody knows');
    expect(await refused('tpm', changed)).toContain('kiten/device-unapproved');
  });
});

describe.skipIf(!hasSoftToken || !hasHardwareTls)('a device whose key is in a PKCS #11 token', () => {
  let site: TestSite;
  let token: SoftToken;
  let pump: AgentDevice;
  beforeAll(async () => {
    [site, token] = await Promise.all([TestSite.start(), SoftToken.make()]);
    pump = await device('pump-1', token.settings);
  });
  afterAll(async () => {
    await token?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  const device = (id: string, settings: string): Promise<AgentDevice> => {
    const mqtt = `mqtt = "mqtts://localhost:${site.ready.mqtts.split(':')[1]}"\n`;
    return agentDevice(site, id, mqtt + settings, [], token.environment);
  };

  it('enrols, publishes and renews with it, and keeps no key beside the certificate', async () => {
    expect(await pump.enrol()).toMatchObject({ device: 'pump-1', key: 'pkcs11' });
    expect(await publish(pump)).toMatchObject({ size: 3 });
    const { serial } = await pump.json<{ serial: string }>('renew');
    expect(await pump.json('status')).toMatchObject({ key: 'pkcs11', certificate: { serial, valid: true } });
    expect(await publish(pump)).toMatchObject({ size: 3 });
    expect(await kept(pump)).not.toContain('PRIVATE KEY');
  });

  it('signs what the device says of itself with it', async () => {
    const uri = 'pkcs11:token=device;object=tls;type=private';
    const settings = { uri, module: softTokenLibrary, pinFile: token.pinFile };
    const key = pkcs11Key(settings, { ...process.env, ...token.environment });
    const message = new TextEncoder().encode('what pump-1 runs');
    const { publicKey } = parseCertificate(decodePem(await kept(pump))[0]!.der);
    expect(nodeVerify('ES256', publicKey, message, await key.sign(message))).toBe(true);
  });

  it('has shown nobody that it is there: a group that wants hardware refuses it', async () => {
    expect((await verdictOf(site, 'pump-1')).vector['storage-opaque']).toBe(0);
    await site.json('group', 'set', 'default', '--key', 'hardware', '--reason', 'keys stay in hardware');
    const refused = refusalOf(await pump.agent('renew', '--json'));
    expect(refused).toMatchObject({ code: 'agent/site-refused', site: 'kiten/key-unattested' });
  });

  it.each([
    ['no-pin', 'pin-file = .*', 'pin-file = "/nowhere/pin"', 'agent/pin-file'],
    ['no-such-key', 'object=tls', 'object=other', 'agent/key-unusable'],
    ['no-module', 'module = .*', 'module = "/etc/hostname"', 'agent/key-unusable'],
  ])('says what is wrong with the token: %s', async (id, from, to, code) => {
    const other = await device(id, token.settings.replace(new RegExp(from), to));
    const refused = await other.agent('enrol', '--token', 'x', '--json');
    expect(refusalOf(refused)).toMatchObject({ code });
  });

  it('says that a PIN is wrong, and that a line break is no part of one', async () => {
    const refused = async (pin: string) => {
      await writeFile(token.pinFile, pin);
      return refusalOf(await pump.agent('renew', '--json'));
    };
    expect(await refused('161803')).toMatchObject({ code: 'agent/key-unusable' });
    expect(await refused(`${token.pin}\n`)).toMatchObject({ code: 'agent/pin-file' });
  });
});
