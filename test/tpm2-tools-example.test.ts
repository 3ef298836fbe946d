import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MeasuredDevice } from '../packages/agent/test/measured-device.ts';
import { hasSwtpm } from '../packages/agent/test/swtpm.ts';
import type { ResultMessage } from '../packages/attestation/src/index.ts';
import { run, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const folder = fileURLToPath(new URL('../examples/tpm2-tools/', import.meta.url));
const tools = [hasSwtpm, requireTool('openssl', 'openssl'), requireTool('curl', 'curl')].every(Boolean);

describe.skipIf(!tools)('the example with openssl, tpm2-tools and curl alone', () => {
  let site: TestSite;
  let machine: MeasuredDevice;
  let env: Record<string, string>;
  beforeAll(async () => {
    site = await TestSite.start();
    machine = await MeasuredDevice.start(undefined, undefined, { certified: true });
    env = {
      SITE: site.ready.device,
      CA: site.ready.ca,
      DEVICE: 'gateway-1',
      FOLDER: join(site.directory, 'gateway-1'),
      EVENTLOG: machine.logs.bootLog,
      MEASUREMENTS: machine.logs.imaLog,
      TPM2TOOLS_TCTI: machine.address,
    };
  });
  afterAll(async () => {
    await machine?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  const script = (name: string, more: Record<string, string> = {}) =>
    run('bash', [join(folder, name)], { env: { ...env, ...more } });

  it('enrols', async () => {
    const { token } = await site.json<{ token: string }>('token', 'create', '--device', 'gateway-1');
    const { code, stdout, stderr } = await script('enrol.sh', { TOKEN: token });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('subject=CN = gateway-1');
  });

  it('activates a key that stays in the TPM, also when it is run again', async () => {
    for (const _ of [1, 2]) {
      const { code, stdout, stderr } = await script('activate.sh');
      expect([code, stderr]).toEqual([0, '']);
      expect(JSON.parse(stdout)).toMatchObject({ device: 'gateway-1', endorsement: 'no-vendors' });
    }
  });

  it('attests, logs and all, and is affirmed', async () => {
    const { code, stdout, stderr } = await script('attest.sh');
    expect([code, stderr]).toEqual([0, '']);
    const { status, findings } = JSON.parse(stdout) as ResultMessage;
    expect(status).toBe('affirming');
    expect(findings.map((finding) => finding.code)).toEqual([
      'attestation/key-proven',
      'attestation/boot-unjudged',
      'attestation/runtime-unjudged',
      'attestation/files-unjudged',
    ]);
  });

  it('ends with 1 when the device falls, and says why', async () => {
    await machine.extend(14, 'what nobody knows');
    const { code, stdout } = await script('attest.sh');
    expect(code).toBe(1);
    expect(stdout).toContain('attestation/pcr-unexplained');
  });

  it('needs what it says, and is the same in both languages', async () => {
    expect((await script('enrol.sh', { SITE: '' })).code).toBe(1);
    const blocks = async (file: string) =>
      (await readFile(join(folder, file), 'utf8')).match(/```sh\n[\s\S]*?```/g);
    expect(await blocks('README.ja.md')).toEqual(await blocks('README.md'));
  });
});
