import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeUtf8, type Signer, toBase64 } from '@kiten/codec';
import { generateSigner, loadSigner } from '@kiten/identity';
import { encodeSenmlCbor, senmlContent, signPack } from '@kiten/measurement';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeLog } from './busy-site.ts';
import { type DeviceFiles, enrol, mosquittoOptions } from './device.ts';
import { evaluateInThread, inspectorIn } from './inspector.ts';
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
  readonly messages: number;
  readonly firstAt: number;
  readonly pack?: { readonly needs: readonly string[] };
}

describe.skipIf(!tools)('readings that nobody declared', () => {
  let site: TestSite;
  let pump: DeviceFiles;
  beforeAll(async () => {
    // Any port, where the site opens an inspector at all.
    process.env['NODE_OPTIONS'] = '--inspect-port=0';
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

  it('are found, known after a restart, and declared and learned by one command', {
    timeout: 150_000,
  }, async () => {
    expect(await discovered()).toEqual([]);
    const found = await site.until(async () => {
      await send('d/pump-1/tank', ['{"level":20.5,"flow":10.25,"unit":"m"}']);
      return (await discovered())[0];
    }, 'what was found');
    expect(found).toMatchObject({
      ...{ name: 'tank', filter: 'd/+/tank', form: 'json', fields: ['/level', '/flow'] },
    });
    // Nothing is published any more: what was found is known all the same.
    const [before] = await discovered();
    await site.signal('SIGTERM');
    await site.up();
    const after = await discovered();
    expect(after).toMatchObject([{ name: 'tank', fields: before?.fields, firstAt: before?.firstAt }]);
    expect(after[0]?.messages).toBeGreaterThanOrEqual(before?.messages ?? Number.NaN);
    site.tell('SIGUSR1');
    const url = await site.until(() => inspectorIn(site.errors), 'the inspector');
    await evaluateInThread(url, 'stream-worker', 'process.exit(7)');
    await site.until(async () => {
      const entries = await wholeLog(site);
      return entries.some(({ type }) => type === 'judging/resumed') || undefined;
    }, 'that another one began');
    expect(await discovered()).toEqual(after);
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

  it('are found where they are signed, and need a key only if it is not the certified one', {
    timeout: 150_000,
  }, async () => {
    const because = ['--reason', 'found'];
    const add = (...more: string[]) =>
      site.kiten('measurement', 'stream', 'add', ...more, '--found', ...because);
    const certified = await loadSigner(pump.key);
    const foreign = generateSigner('EdDSA');
    let sequence = 0;
    async function sendPacks(): Promise<void> {
      sequence++;
      for (const [name, signer] of [
        ['water', certified],
        ['oil', foreign],
      ] as const) {
        const payload = encodeSenmlCbor([{ n: 'level', v: 20.5 }]);
        const mark = { stream: `pump-1/${name}`, sequence, signedAt: Date.now() };
        const pack = { ...mark, payload, content: senmlContent.cbor, keyId: encodeUtf8('k') };
        const args = [...mosquittoOptions(site, pump), '-V', 'mqttv5', '-i', pump.id, '-q', '1', '-s'];
        await run('mosquitto_pub', [...args, '-t', `d/pump-1/${name}-packs`], {
          input: signPack(pack, signer),
        });
      }
    }
    const found = await site.until(async () => {
      await sendPacks();
      const all = await discovered();
      const water = all.find(({ name }) => name === 'water');
      return all.length === 2 && water?.pack?.needs.length === 0 ? all : undefined;
    }, 'the packs');
    expect(found).toMatchObject([
      { name: 'oil', filter: 'd/+/oil-packs', form: 'pack', pack: { stream: 'pump-1/oil', needs: ['key'] } },
      {
        name: 'water',
        filter: 'd/+/water-packs',
        fields: ['level'],
        pack: { stream: 'pump-1/water', needs: [] },
      },
    ]);
    const { stdout } = await site.kiten('measurement', 'stream', 'discovered');
    expect(stdout).toContain('The packs of oil are not signed with the key of their device’s certificate');
    const refused = await add('oil');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('kiten/stream-key-needed');
    const key = join(site.directory, 'oil.pem');
    const pem = `-----BEGIN PUBLIC KEY-----\n${toBase64(foreign.publicKey)}\n-----END PUBLIC KEY-----\n`;
    await writeFile(key, pem);
    for (const one of [['oil', '--key', key], ['water']]) expect((await add(...one)).code).toBe(0);
    await site.until(async () => {
      await sendPacks();
      const all = await site.json<{ stream: string; rows: number }[]>('measurement', 'stream', 'list');
      const read = all.filter(({ rows }) => rows > 0).map(({ stream }) => stream);
      return (read.includes('pump-1/oil') && read.includes('pump-1/water')) || undefined;
    }, 'what both say');
    const { findings } = await site.json<{ findings: { code: string }[] }>('verdict', 'show', 'pump-1');
    expect(findings.map(({ code }) => code)).not.toContain('measurement/pack-forged');
    expect(await discovered()).toEqual([]);
  });

  it('are verified with a key of each device by one declaration, and with no key of another one', {
    timeout: 150_000,
  }, async () => {
    const valves = [await enrol(site, 'valve-1'), await enrol(site, 'valve-2')] as const;
    const keys = join(site.directory, 'keys');
    await mkdir(keys);
    const signers = await Promise.all(
      valves.map(async ({ id }) => {
        const signer = generateSigner('EdDSA');
        const text = toBase64(signer.publicKey);
        await writeFile(
          join(keys, `${id}.pem`),
          `-----BEGIN PUBLIC KEY-----\n${text}\n-----END PUBLIC KEY-----\n`,
        );
        return signer;
      }),
    );
    const add = ['measurement', 'stream', 'add', 'gas', '--filter', 'd/+/gas', '--form', 'pack'];
    const because = ['--reason', 'a key each'];
    await site.json(...add, '--field', 'level', '--keys', keys, ...because);
    let sequence = 0;
    async function sendPack(at: 0 | 1, signer = signers[at]): Promise<void> {
      const { id } = valves[at];
      const mark = { stream: `${id}/gas`, sequence: sequence++, signedAt: Date.now() };
      const payload = encodeSenmlCbor([{ n: 'level', v: 20.5 }]);
      const pack = { ...mark, payload, content: senmlContent.cbor, keyId: encodeUtf8('gas-key') };
      const args = [...mosquittoOptions(site, valves[at]), '-V', 'mqttv5', '-i', id, '-q', '1', '-s'];
      await run('mosquitto_pub', [...args, '-t', `d/${id}/gas`], { input: signPack(pack, signer as Signer) });
    }
    await site.until(async () => {
      for (const at of [0, 1] as const) await sendPack(at);
      const all = await site.json<{ stream: string; rows: number }[]>('measurement', 'stream', 'list');
      const read = all.filter(({ rows }) => rows > 0).map(({ stream }) => stream);
      return (read.includes('valve-1/gas') && read.includes('valve-2/gas')) || undefined;
    }, 'what both say');
    await sendPack(0, signers[1] as Signer);
    const forged = await site.until(async () => {
      const { findings } = (await (await site.fetch('/devices/valve-1')).json()) as {
        findings: { code: string; part?: string; sentence: { en: { found: string } } }[];
      };
      return findings.find(({ code }) => code === 'measurement/pack-forged');
    }, 'the finding');
    expect(forged.part).toBe('stream:valve-1/gas');
    expect(forged.sentence.en.found).toContain('under the key of valve-1; it names the key gas-key');
  });
});
