import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { run, TestSite } from './kiten.ts';
import { requireFile, requireTool } from './tools.ts';

const source = fileURLToPath(new URL('../examples/mbedtls/device.c', import.meta.url));
const tools = [requireTool('gcc', 'gcc'), requireFile('/usr/include/mbedtls/ssl.h', 'libmbedtls-dev')].every(
  Boolean,
);

describe.skipIf(!tools)('a small device with Mbed TLS', () => {
  it('makes a key, enrols, publishes, and comes back with what it has', async () => {
    await using site = await TestSite.start();
    const program = join(site.directory, 'device');
    const flags = ['-std=c11', '-Wall', '-Wextra', '-Werror', '-o', program, source];
    const built = await run('gcc', [...flags, '-lmbedtls', '-lmbedx509', '-lmbedcrypto']);
    expect(built).toMatchObject({ code: 0, stderr: '' });
    const folder = join(site.directory, 'esp-1');
    await mkdir(folder);
    const port = (address: string) => address.split(':').at(-1) as string;
    const { device, mqtts, ca } = site.ready;
    const where = ['localhost', port(device), port(mqtts), ca, 'esp-1', folder];
    const { token } = await site.json<{ token: string }>('token', 'create', '--device', 'esp-1');

    expect(await run(program, where)).toMatchObject({ code: 1 });
    expect(await run(program, [...where, 'wrong'])).toMatchObject({ code: 1 });
    const first = await run(program, [...where, token]);
    expect(first, first.stderr).toMatchObject({
      code: 0,
      stdout: 'enrolled as esp-1\npublished d/esp-1/temperature\n',
    });
    const again = await run(program, where);
    expect(again).toMatchObject({ code: 0, stdout: 'published d/esp-1/temperature\n' });
    const { status } = await site.json<{ status: string }>('device', 'show', 'esp-1');
    expect(status).toBe('affirming');
  });
});
