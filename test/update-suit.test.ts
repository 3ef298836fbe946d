import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromHex } from '../packages/codec/src/index.ts';
import { decodeManifest, decryptPayload, openEnvelope } from '../packages/update/src/index.ts';
import { imgtoolImage, imgtoolKey } from '../packages/update/test/mcuboot/imgtool-image.ts';
import { gathered } from '../packages/update/test/suit/keys.ts';
import { kiten } from './kiten.ts';

let folder: string;
const path = (name: string) => join(folder, name);
const maker = (name: string) => [path(`${name}.key`), path(`${name}.pub`)] as const;

async function writeKeys(name: string, pair: { privateKey: KeyObject; publicKey: KeyObject }) {
  await writeFile(path(`${name}.key`), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }), {
    mode: 0o600,
  });
  await writeFile(path(`${name}.pub`), pair.publicKey.export({ type: 'spki', format: 'pem' }));
}

/** A command that does what it is to do, and what it says in JSON. */
async function done(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await kiten(['update', ...args, '--json']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

async function refused(...args: string[]): Promise<string> {
  const { code, stderr } = await kiten(['update', ...args, '--json']);
  expect(code).toBe(1);
  return (JSON.parse(stderr) as { error: { code: string } }).error.code;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kiten-suit-'));
  await writeKeys('one', generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  await writeKeys('two', generateKeyPairSync('ed25519'));
  await writeFile(path('app.bin'), 'new application');
  await writeFile(path('radio.bin'), 'new radio');
  await writeFile(
    path('app.json'),
    JSON.stringify({
      sequenceNumber: 7,
      vendor: 'maker.example',
      class: 'gateway 2',
      components: [
        { component: '/app', image: 'app.bin' },
        { component: '/radio', image: 'radio.bin', uri: 'https://maker.example/radio.bin' },
      ],
      text: { en: 'Faster.' },
      severable: ['text'],
    }),
  );
  await done('suit', 'build', path('app.json'), '--out', path('unsigned.suit'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('kiten update suit', () => {
  test('builds, signs by two, verifies with a threshold, and looks into it', async () => {
    expect(await refused('suit', 'verify', path('unsigned.suit'), '--key', maker('one')[1])).toBe(
      'update/suit-unsigned',
    );
    const signed = path('app.suit');
    await done('suit', 'sign', path('unsigned.suit'), '--key', maker('one')[0], '--out', signed);
    const both = ['--key', maker('one')[1], maker('two')[1], '--threshold', '2'];
    expect(await refused('suit', 'verify', signed, ...both)).toBe('update/suit-below-threshold');
    expect(await done('suit', 'sign', signed, '--key', maker('two')[0], '--fully-specified')).toMatchObject({
      signatures: 2,
    });
    const verified = await done('suit', 'verify', signed, ...both);
    expect(verified).toMatchObject({
      verified: true,
      signers: [maker('one')[1], maker('two')[1]],
      manifest: {
        sequenceNumber: 7,
        components: ['/app', '/radio'],
        text: { en: { updateDescription: 'Faster.' } },
      },
    });
    expect(await done('suit', 'inspect', signed)).toMatchObject({
      signatures: 2,
      severable: ['text'],
      integrated: { '#0': { bytes: 15 } },
      manifest: { validate: [{ 'set-component-index': true }, 'image-match'] },
    });
    expect(await done('verify', signed, ...both)).toMatchObject({ kind: 'suit', verified: true });
  });

  test('encrypts an image for devices, in the envelope or beside it', async () => {
    const device = generateKeyPairSync('x25519');
    await writeKeys('device', device);
    const sealed = { image: 'app.bin', encryptFor: ['device.pub'], staging: '/staging' };
    const description = {
      ...{ sequenceNumber: 8, vendor: 'maker.example', class: 'gateway 2' },
      components: [
        { component: '/app', ...sealed },
        { component: '/spare', ...sealed, uri: 'https://maker.example/app.bin.encrypted', cipher: 'A128CTR' },
      ],
    };
    await writeFile(path('sealed.json'), JSON.stringify(description));
    await done('suit', 'build', path('sealed.json'), '--out', path('sealed.suit'));
    const { integrated, manifestOctets } = openEnvelope(await readFile(path('sealed.suit')));
    const infos = decodeManifest(manifestOctets).sections.install!.content!.flatMap((command) =>
      command.command === 'override-parameters' ? (command.parameters.encryptionInfo ?? []) : [],
    );
    const payloads = [integrated.get('#0')!, await readFile(path('app.bin.encrypted'))];
    expect(infos).toHaveLength(2);
    for (const [index, info] of infos.entries()) {
      const pieces = decryptPayload(info, { agreement: [device] }, [payloads[index]!]);
      expect(Buffer.from(await gathered(pieces)).toString()).toBe('new application');
    }
    await writeFile(path('sealed.json'), JSON.stringify(description).replaceAll('device.pub', 'app.bin'));
    expect(await refused('suit', 'build', path('sealed.json'), '--out', path('x.suit'))).toBe(
      'kiten/recipient-key',
    );
  });

  test('says in words what it did', async () => {
    const built = await kiten(['update', 'suit', 'build', path('app.json'), '--out', path('told.suit')]);
    expect(built.stdout).toContain(
      'a manifest for 2 components, sequence number 7\n  /app from the envelope\n',
    );
    const signed = await kiten([
      'update',
      'suit',
      'sign',
      path('told.suit'),
      '--key',
      maker('one')[0],
      '--key-id',
      '01',
    ]);
    expect(signed.stdout).toContain('signed with ES256; 1 signature');
    const verified = await kiten(['update', 'suit', 'verify', path('told.suit'), '--key', maker('one')[1]]);
    expect(verified.stdout).toContain(`a SUIT manifest, signed by ${maker('one')[1]}`);
  });

  test('refuses what was changed', async () => {
    const octets = await readFile(path('unsigned.suit'));
    await writeFile(path('cut.suit'), octets.subarray(0, -1));
    expect(await refused('suit', 'inspect', path('cut.suit'))).toBe('update/suit-truncated');
    await writeFile(path('wrong.json'), '{ "sequence": 7 }');
    expect(await refused('suit', 'build', path('wrong.json'), '--out', path('wrong.suit'))).toBe(
      'update/suit-description',
    );
  });
});

describe('kiten update verify', () => {
  beforeAll(async () => {
    await writeFile(path('image.bin'), fromHex(imgtoolImage));
    await writeFile(path('image.pub'), fromHex(imgtoolKey));
  });

  test('knows an image of MCUboot', async () => {
    const found = await done('verify', path('image.bin'), '--key', path('image.pub'), '--slot-bytes', '4096');
    expect(found).toMatchObject({ kind: 'mcuboot', verified: true, version: '1.0.0', bodyBytes: 1023 });
    const told = await kiten(['update', 'verify', path('image.bin'), '--key', path('image.pub')]);
    expect(told.stdout).toContain('an image of MCUboot, version 1.0.0, signed by a trusted key');
  });

  test('refuses one that does not fit, counts too low, or is by somebody else', async () => {
    const own = ['verify', path('image.bin'), '--key', path('image.pub')];
    expect(await refused(...own, '--slot-bytes', '1024')).toBe('update/mcuboot-too-large');
    expect(await refused(...own, '--security-counter', '1')).toBe('update/mcuboot-rollback');
    expect(await refused('verify', path('image.bin'), '--key', maker('one')[1])).toBe(
      'update/mcuboot-signature-invalid',
    );
  });

  test('says so if it is something else', async () => {
    expect(await refused('verify', path('app.bin'), '--key', maker('one')[1])).toBe('kiten/update-unknown');
  });
});
