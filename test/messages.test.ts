import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFiles, enrol, mosquittoOptions, publish, type Version } from './device.ts';
import { TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

describe.skipIf(!tools)('messages over mutual TLS, with mosquitto_pub and mosquitto_sub', () => {
  let site: TestSite;
  let pump: DeviceFiles;
  let controller: DeviceFiles;
  let observer: DeviceFiles;
  beforeAll(async () => {
    site = await TestSite.start();
    pump = await enrol(site, 'pump-1');
    controller = await enrol(site, 'controller-1', '--group', 'controllers');
    observer = await enrol(site, 'observer-1', '--group', 'observers');
  });
  afterAll(() => site[Symbol.asyncDispose]());

  /** Subscribes, lets `act` happen, and gives what arrived. */
  async function receive(
    device: DeviceFiles,
    version: Version,
    filter: string,
    count: number,
    act: () => Promise<unknown>,
  ): Promise<string[]> {
    const args = [
      ...mosquittoOptions(site, device),
      '-V',
      version,
      '-i',
      `${device.id}/s`,
      '-t',
      filter,
      '-v',
      '-d',
      '-q',
      '1',
      '-W',
      '60',
      '-C',
      String(count),
    ];
    // Line by line, or nothing is seen before it ends.
    const child = spawn('stdbuf', ['-oL', 'mosquitto_sub', ...args]);
    let output = '';
    const subscribed = new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
        if (output.includes('SUBACK')) resolve();
      });
    });
    const closed = once(child, 'close');
    await Promise.race([subscribed, closed]);
    await act();
    await closed;
    return output.split('\n').filter((line) => /^[dc]\//.test(line));
  }

  describe.each<Version>(['mqttv311', 'mqttv5'])('%s', (version) => {
    it('a device publishes in its own name, and whoever may observe receives it', async () => {
      const got = await receive(observer, version, 'd/+/pressure', 1, () =>
        publish(site, pump, version, '-t', 'd/pump-1/pressure', '-m', `4.2 ${version}`, '-q', '1'),
      );
      expect(got).toEqual([`d/pump-1/pressure 4.2 ${version}`]);
    });

    it('a controller commands a device, and the device hears it', async () => {
      const got = await receive(pump, version, 'c/pump-1/#', 1, () =>
        publish(site, controller, version, '-t', 'c/pump-1/speed', '-m', '7', '-q', '1'),
      );
      expect(got).toEqual(['c/pump-1/speed 7']);
    });

    it('a plain device commands nobody, and nobody hears it', async () => {
      // What is said afterwards is what is heard first.
      const got = await receive(controller, version, 'd/controller-1/#', 1, async () => {
        await publish(site, pump, version, '-t', 'd/controller-1/x', '-m', 'no', '-q', '1');
        await publish(site, controller, version, '-t', 'd/controller-1/x', '-m', 'yes', '-q', '1');
      });
      expect(got).toEqual(['d/controller-1/x yes']);
    });

    it('a retained message waits for whoever may receive it', async () => {
      await publish(site, pump, version, '-t', `d/pump-1/retained-${version}`, '-m', 'kept', '-q', '1', '-r');
      const got = await receive(observer, version, `d/pump-1/retained-${version}`, 1, async () => undefined);
      expect(got).toEqual([`d/pump-1/retained-${version} kept`]);
    });

    it('a client id that is not the device’s own is refused', async () => {
      const { code, stderr } = await publish(
        site,
        { ...pump, id: 'controller-1' },
        version,
        '-t',
        'd/pump-1/x',
        '-m',
        'x',
      );
      expect(code).not.toBe(0);
      expect(stderr).toMatch(/identifier|Client ID/i);
    });
  });

  it('a refused MQTT 5 publish gets 0x87 with a reason', async () => {
    const { stderr } = await publish(site, pump, 'mqttv5', '-t', 'd/other/x', '-m', 'x', '-q', '1', '-d');
    expect(stderr).toMatch(/Not authorized/i);
  });

  it('a refused MQTT 3.1.1 publish is acknowledged and dropped', async () => {
    const { code, stdout } = await publish(
      site,
      pump,
      'mqttv311',
      '-t',
      'd/other/x',
      '-m',
      'x',
      '-q',
      '1',
      '-d',
    );
    expect(code).toBe(0);
    expect(stdout).toContain('PUBACK');
  });

  it.each([
    ['mqttv311', '128'],
    ['mqttv5', '135'],
  ] as const)('a refused %s subscription gets %s', async (version, reason) => {
    const args = [
      ...mosquittoOptions(site, pump),
      '-V',
      version,
      '-i',
      'pump-1/s',
      '-t',
      'd/#',
      '-d',
      '-W',
      '60',
    ];
    const child = spawn('mosquitto_sub', args);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
      });
    await once(child, 'close');
    expect(output).toMatch(
      new RegExp(`Subscribed \\(mid: 1\\): ${reason}|All subscription requests were denied`),
    );
  });
});
