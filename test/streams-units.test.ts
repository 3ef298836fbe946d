// What readings are measured in: said on the command line, or by the messages themselves.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DeviceFiles, enrol, publish } from './device.ts';
import { TestSite } from './kiten.ts';
import { requireTool } from './tools.ts';

const tools = [
  requireTool('openssl', 'openssl'),
  requireTool('curl', 'curl'),
  requireTool('mosquitto_pub', 'mosquitto-clients'),
].every(Boolean);

interface Shown {
  readonly declaration: { readonly units?: Readonly<Record<string, string>> };
  readonly readings: { readonly units: readonly string[]; readonly values: readonly (readonly number[])[] };
}

describe.skipIf(!tools)('units of streams of a running site', () => {
  let site: TestSite;
  let pump: DeviceFiles;
  beforeAll(async () => {
    site = await TestSite.start();
    pump = await enrol(site, 'pump-1');
  });
  afterAll(() => site[Symbol.asyncDispose]());

  const because = ['--reason', 'what they are measured in'];
  const send = (topic: string, payload: object) =>
    publish(site, pump, 'mqttv5', '-t', topic, '-m', JSON.stringify(payload), '-q', '1');
  const add = (id: string, ...more: string[]) =>
    site.kiten('measurement', 'stream', 'add', id, '--filter', `d/+/${id}`, ...more, ...because);
  const show = (id: string) => site.json<Shown>('measurement', 'stream', 'show', `pump-1/${id}`);
  /** Sends it until there is a row of it. */
  const appears = (id: string, payload: object) =>
    site.until(async () => {
      await send(`d/pump-1/${id}`, payload);
      const shown = await site.kiten('measurement', 'stream', 'show', `pump-1/${id}`, '--json');
      return shown.code === 0 && (JSON.parse(shown.stdout) as Shown).readings.values.length > 0;
    }, id);

  it('are said by who declares the stream, or by the name of a channel', async () => {
    const fields = ['--field', '/level', '/pressure_bar', '/state'];
    expect((await add('tank', ...fields, '--unit', 'level=m')).code).toBe(0);
    await appears('tank', { level: 2, pressure_bar: 0.2, state: 1 });
    const { declaration, readings } = await show('tank');
    expect(declaration.units).toEqual({ level: 'm' });
    expect(readings.units).toEqual(['m', 'bar', '']);
    const { stdout } = await site.kiten('measurement', 'stream', 'show', 'pump-1/tank');
    expect(stdout).toMatch(/TIME +level \[m\] +pressure_bar \[bar\] +state +SEVERITY/);
    const wrong = await add('tank', ...fields, '--unit', 'levl=m');
    expect(wrong.stderr).toContain('“levl”');
    expect(wrong.code).toBe(1);
  });

  it('are said by messages in SenML, and a message in another one is found to be no reading of the stream', async () => {
    const reading = (u: string) => [{ bn: '', bu: u, n: 'level', v: 2 }];
    expect((await add('shaft', '--form', 'senml', '--field', 'level')).code).toBe(0);
    await appears('shaft', reading('m'));
    expect((await show('shaft')).readings.units).toEqual(['m']);
    await send('d/pump-1/shaft', reading('ft'));
    const finding = await site.until(async () => {
      const verdict = await (await site.fetch('/devices/pump-1')).json();
      const { findings } = verdict as {
        findings: { code: string; part?: string; sentence: { en: { found: string } } }[];
      };
      return findings.find(({ code }) => code === 'measurement/readings-unreadable');
    }, 'the finding');
    expect(finding.part).toBe('stream:pump-1/shaft');
    expect(finding.sentence.en.found).toContain('“level” is in ft, and not in m');
  });

  it('are found where messages say them, declared with what is found, and asked for from the first message on', async () => {
    const well = (u: string) => send('d/pump-1/well', [{ bn: '', bu: u, n: 'level', v: 2 }]);
    const discovered = () =>
      site.json<{ name: string; units?: object }[]>('measurement', 'stream', 'discovered');
    const found = await site.until(async () => {
      await well('m');
      return (await discovered()).find(({ name }) => name === 'well');
    }, 'what was found');
    expect(found.units).toEqual({ level: 'm' });
    expect((await site.kiten('measurement', 'stream', 'discovered')).stdout).toContain('level [m]');
    await site.json('measurement', 'stream', 'add', 'well', '--found', ...because);
    const finding = await site.until(async () => {
      await well('ft');
      const { findings } = (await (await site.fetch('/devices/pump-1')).json()) as {
        findings: { part?: string; sentence: { en: { found: string } } }[];
      };
      return findings.find(({ part }) => part === 'stream:pump-1/well');
    }, 'the finding');
    expect(finding.sentence.en.found).toContain('“level” is in ft, and not in m as it was declared');
    expect((await show('well')).declaration.units).toEqual({ level: 'm' });
  });
});
