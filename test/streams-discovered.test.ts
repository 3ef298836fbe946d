import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFiles, enrol, mosquittoOptions } from './device.ts';
import { run, TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

interface Found {
  readonly name: string;
  readonly filter: string;
  readonly form: string;
  readonly fields: readonly string[];
}

describe.skipIf(!tools)('readings that nobody declared', () => {
  let site: TestSite;
  let pump: DeviceFiles;
  beforeAll(async () => {
    site = await TestSite.start();
    pump = await enrol(site, 'pump-1');
  });
  afterAll(() => site[Symbol.asyncDispose]());

  async function send(topic: string, lines: readonly string[]): Promise<void> {
    const args = [...mosquittoOptions(site, pump), '-V', 'mqttv5', '-i', pump.id];
    const { code, stderr } = await run('mosquitto_pub', [...args, '-t', topic, '-q', '1', '-l'], {
      input: `${lines.join('\n')}\n`,
    });
    if (code !== 0) throw new Error(stderr);
  }
  const discovered = (): Promise<Found[]> => site.json<Found[]>('measurement', 'stream', 'discovered');

  it('are found in what devices publish, and declared and learned by one command', async () => {
    expect(await discovered()).toEqual([]);
    const found = await site.until(async () => {
      await send('d/pump-1/tank', ['{"level":20.5,"flow":10.25,"unit":"m"}']);
      return (await discovered())[0];
    }, 'what was found');
    expect(found).toMatchObject({
      ...{ name: 'tank', filter: 'd/+/tank', form: 'json', fields: ['/level', '/flow'] },
    });
    const because = ['--reason', 'found'];
    const add = ['measurement', 'stream', 'add', 'tank', '--found', '--learn', '3600', ...because];
    expect(await site.json(...add)).toMatchObject({ filter: 'd/+/tank', learnSeconds: 3600 });
    // What is declared is found no more.
    await site.until(async () => ((await discovered()).length === 0 ? true : undefined), 'nothing else');
    const stream = await site.until(async () => {
      await send('d/pump-1/tank', ['{"level":20.5,"flow":10.25,"unit":"m"}']);
      const [one] = await site.json<{ stream: string; state: string }[]>('measurement', 'stream', 'list');
      return one?.state === 'learning' ? one : undefined;
    }, 'the lesson');
    expect(stream.stream).toBe('pump-1/tank');
    const { code, stderr } = await site.kiten('measurement', 'stream', 'add', 'x', '--found', ...because);
    expect(code).not.toBe(0);
    expect(stderr).toContain('kiten/stream-not-found');
  });
});
