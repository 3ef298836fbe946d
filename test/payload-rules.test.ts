import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeCbor } from '@kiten/codec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeLog } from './busy-site.ts';
import { type DeviceFiles, enrol, publish } from './device.ts';
import { TestSite } from './kiten.ts';
import { refusal } from './outcomes.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

const reading = {
  type: 'object',
  required: ['celsius'],
  properties: { celsius: { type: 'number', minimum: -40, maximum: 125 } },
  additionalProperties: false,
};

describe.skipIf(!tools)('payload rules of a running site', () => {
  let site: TestSite;
  let pump: DeviceFiles;
  let watcher: DeviceFiles;
  beforeAll(async () => {
    site = await TestSite.start();
    pump = await enrol(site, 'pump-1');
    watcher = await enrol(site, 'watcher-1', '--group', 'observers');
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const file = (name: string): string => join(site.directory, name);
  const set = (id: string, ...options: readonly string[]) =>
    site.json('payload-rule', 'set', id, ...options, '--reason', 'as agreed with the plant');

  /** What the broker said to a message of QoS 1. */
  async function send(device: DeviceFiles, topic: string, text: string): Promise<string> {
    const { stdout, stderr } = await publish(
      site,
      device,
      'mqttv5',
      '-t',
      topic,
      '-m',
      text,
      '-q',
      '1',
      '-d',
    );
    return /Publish \d+ failed: (.*)\./.exec(stderr + stdout)?.[1] ?? 'taken';
  }

  it('hold messages to a JSON Schema from the moment they are set, until they are removed', async () => {
    const topic = 'd/pump-1/temperature';
    expect(await send(pump, topic, 'warm')).toBe('taken');
    await writeFile(file('reading.json'), JSON.stringify(reading));
    await set(
      'readings',
      '--filter',
      'd/+/temperature',
      '--format',
      'json',
      '--schema',
      file('reading.json'),
    );
    expect(await send(pump, topic, '{"celsius":20.5}')).toBe('taken');
    for (const bad of ['warm', '{"celsius":999}', '{"celsius":1,"celsius":2}', '{"celsius":1,"x":1}'])
      expect(await send(pump, topic, bad)).toMatch(/Payload format invalid/i);
    expect(await send(pump, 'd/pump-1/other', 'warm')).toBe('taken');
    expect((await site.kiten('payload-rule', 'remove', 'readings', '--reason', 'over')).code).toBe(0);
    expect(await send(pump, topic, 'warm')).toBe('taken');
  });

  it('hold CBOR to CDDL', async () => {
    const topic = 'd/pump-1/reading';
    await writeFile(
      file('reading.cddl'),
      'reading = { celsius: -40.0..125.0, ? unit: "C" / "K", * tstr => bool }',
    );
    await set('cbor', '--filter', 'd/+/reading', '--format', 'cbor', '--cddl', file('reading.cddl'));
    const sendCbor = async (value: Record<string, unknown>): Promise<string> => {
      await writeFile(file('reading.cbor'), encodeCbor(new Map(Object.entries(value)) as never));
      const { stdout, stderr } = await publish(
        site,
        pump,
        'mqttv5',
        '-t',
        topic,
        '-f',
        file('reading.cbor'),
        '-q',
        '1',
        '-d',
      );
      return /Publish \d+ failed: (.*)\./.exec(stderr + stdout)?.[1] ?? 'taken';
    };
    expect(await sendCbor({ celsius: 20.5, unit: 'K', calibrated: true })).toBe('taken');
    for (const bad of [
      { celsius: 200.5 },
      { unit: 'K' },
      { celsius: 20.5, unit: 'F' },
      { celsius: 20.5, x: 1 },
    ])
      expect(await sendCbor(bad)).toMatch(/Payload format invalid/i);
    await writeFile(file('odd.cddl'), 'reading = { celsius: ~int }');
    const odd = [
      '--filter',
      'd/+',
      '--format',
      'cbor',
      '--cddl',
      file('odd.cddl'),
      '--reason',
      'x',
      '--json',
    ];
    expect(refusal(await site.kiten('payload-rule', 'set', 'odd', ...odd))).toBe('gateway/payload-cddl');
    const { stdout } = await site.kiten('payload-rule', 'list');
    expect(stdout).toMatch(/^cbor +d\/\+\/reading +all devices +cbor by CDDL$/m);
    expect((await site.kiten('payload-rule', 'remove', 'cbor', '--reason', 'over')).code).toBe(0);
  });

  it('bind whom they name: devices, and groups', async () => {
    await set('watchers', '--filter', 'd/+/note', '--group', 'observers', '--maximum-size', '3');
    expect(await send(watcher, 'd/watcher-1/note', 'long')).toMatch(/Quota exceeded/i);
    expect(await send(pump, 'd/pump-1/note', 'long')).toBe('taken');
    await set('watchers', '--filter', 'd/+/note', '--device', 'pump-1', '--maximum-size', '3');
    expect(await send(watcher, 'd/watcher-1/note', 'long')).toBe('taken');
    expect(await send(pump, 'd/pump-1/note', 'long')).toMatch(/Quota exceeded/i);
  });

  it('say in the device’s denials what was wrong and which rule says so, and count', async () => {
    await set('rare', '--filter', 'd/+/alarm', '--per-minute', '1');
    expect(await send(pump, 'd/pump-1/alarm', 'x')).toBe('taken');
    expect(await send(pump, 'd/pump-1/alarm', 'x')).toMatch(/Quota exceeded/i);
    const denial = (topic: string) =>
      site.until(async () => {
        const denials = await site.json<{ topic: string; policies: string[] }[]>(
          'device',
          'denials',
          'pump-1',
        );
        return denials.find((one) => one.topic === topic)?.policies;
      }, `the denial on ${topic}`);
    expect(await denial('d/pump-1/alarm')).toEqual(['gateway/payload-rate', 'rare']);
    expect(await denial('d/pump-1/note')).toEqual(['gateway/payload-size', 'watchers']);
    expect(await denial('d/pump-1/temperature')).toEqual(['gateway/payload-format', 'readings']);
    await site.until(async () => {
      const metrics = await (await fetch(new URL('/metrics', site.ready.console))).text();
      return Number(/^kiten_gateway_payloads_refused (\d+)$/m.exec(metrics)?.[1]) >= 7 || undefined;
    }, 'the count of refused payloads');
  });

  it('are refused where nobody could be held to them, and nothing changes', async () => {
    await writeFile(file('typo.json'), JSON.stringify({ type: 'object', reqired: ['celsius'] }));
    await writeFile(file('none.json'), 'no json');
    const tries = [
      [['--filter', 'd/#/x'], 'gateway/payload-rule'],
      [['--filter', 'd/+', '--format', 'json', '--schema', file('typo.json')], 'gateway/payload-schema'],
      [['--filter', 'd/+', '--schema', file('typo.json')], 'gateway/payload-rule'],
      [['--filter', 'd/+', '--format', 'json', '--schema', file('none.json')], 'kiten/schema-unreadable'],
      [['--filter', 'd/+', '--group', 'nobody'], 'kiten/group-unknown'],
    ] as const;
    for (const [options, code] of tries) {
      const answer = await site.kiten('payload-rule', 'set', 'odd', ...options, '--reason', 'x', '--json');
      expect(refusal(answer)).toBe(code);
    }
    expect(refusal(await site.kiten('payload-rule', 'remove', 'odd', '--reason', 'x', '--json'))).toBe(
      'kiten/payload-rule-unknown',
    );
    const rules = await site.json<{ id: string }[]>('payload-rule', 'list');
    expect(rules.map(({ id }) => id)).toEqual(['rare', 'watchers']);
  });

  it('outlive the process, and stand in the log with who and why', async () => {
    await site.signal('SIGTERM');
    await site.up();
    expect(await send(pump, 'd/pump-1/note', 'long')).toMatch(/Quota exceeded/i);
    const entries = (await wholeLog(site)).filter(({ type }) => type.startsWith('payload-rule/'));
    expect(entries.map(({ type, data }) => [type, data.rule])).toEqual([
      ['payload-rule/set', 'readings'],
      ['payload-rule/removed', 'readings'],
      ['payload-rule/set', 'cbor'],
      ['payload-rule/removed', 'cbor'],
      ['payload-rule/set', 'watchers'],
      ['payload-rule/set', 'watchers'],
      ['payload-rule/set', 'rare'],
    ]);
    expect(entries[0]).toMatchObject({ actor: 'operator:owner', reason: 'as agreed with the plant' });
    const { stdout } = await site.kiten('payload-rule', 'list');
    expect(stdout).toMatch(/^rare +d\/\+\/alarm +all devices +1 a minute$/m);
  });
});
