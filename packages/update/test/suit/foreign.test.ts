import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeUtf8, fromHex, toHex } from '@kiten/codec';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type ComponentIdentifier,
  componentName,
  encodeEnvelope,
  encodeManifest,
  openDirectoryStorage,
  openEnvelope,
  processUpdate,
  type SuitDevice,
  verifyEnvelope,
} from '../../src/index.ts';
import { publicKey } from './examples.ts';
import * as foreign from './foreign.ts';
import { asyncCodeOf, verify } from './keys.ts';

const trust = { signers: [{ publicKey: fromHex(publicKey) }], verify };
const { maced, ...signed } = foreign;

describe('an example of another implementation', () => {
  test.each(Object.entries(signed))('%s is signed, read, and encodes to itself', (_, hex) => {
    const { envelope, manifest, signers } = verifyEnvelope(fromHex(hex), trust);
    expect(signers).toEqual(trust.signers);
    expect(toHex(encodeEnvelope(envelope))).toBe(hex);
    expect(toHex(encodeManifest(manifest).octets)).toBe(toHex(envelope.manifestOctets));
  });

  test('under an HMAC is opened, and nobody’s without its key', () => {
    expect(openEnvelope(fromHex(maced)).authentications).toHaveLength(1);
    expect(() => verifyEnvelope(fromHex(maced), trust)).toThrow(
      expect.objectContaining({ code: 'update/suit-signature-invalid' }),
    );
  });

  test('without a tag is as good as with one', () => {
    const { envelope, manifest } = verifyEnvelope(fromHex(signed.personalization), trust);
    expect(envelope.isUntagged).toBe(true);
    expect(manifest.common.components.map(componentName)).toEqual(['/TEEP-Device/SecureFS/config.json']);
    const { isUntagged: _, ...rest } = envelope;
    expect(toHex(encodeEnvelope(rest))).toBe(`d86b${signed.personalization}`);
  });
});

/** A device of some components, which say nothing of themselves but this. */
async function run(hex: string, components: readonly ComponentIdentifier[], device: Partial<SuitDevice>) {
  const directory = mkdtempSync(join(tmpdir(), 'suit-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const places = components.map((identifier, index) => ({ identifier, file: join(directory, `${index}`) }));
  const storage = await openDirectoryStorage(join(directory, 'suit'), places);
  const identity = () => ({
    vendors: [fromHex('fa6b4a53d5ad5fdfbe9de663e4d41ffe')],
    classes: [fromHex('1492af1425695e48bf429b2d51f2ab45')],
  });
  return processUpdate(fromHex(hex), { trust, storage, device: { identity, ...device } });
}

describe('an example of update management', () => {
  const two = [[Uint8Array.of(0)], [Uint8Array.of(1)]];
  const able: Partial<SuitDevice> = {
    ...{ now: () => 1_696_291_199, battery: () => 10, isAuthorized: (priority) => priority === -1 },
    version: () => [1, 0, -1],
  };

  test('copies parameters, and goes by what each component has then', async () => {
    const { records } = await run(signed.copiedParameters, two, able);
    expect(records.map(({ command }) => command)).toContain('update-authorized');
  });

  test.each<[string, Partial<SuitDevice>]>([
    ['suit-too-late', { now: () => 1_696_291_200 }],
    ['suit-battery-low', { battery: () => 9 }],
    ['suit-not-authorized', { isAuthorized: () => false }],
    ['suit-version-mismatch', { version: () => [1, 0, 2] }],
  ])('is refused with %s by a device that is not so', async (code, change) => {
    expect(await asyncCodeOf(() => run(signed.copiedParameters, two, { ...able, ...change }))).toBe(
      `update/${code}`,
    );
  });

  test('waits for what each component has to wait for', async () => {
    const awaited: string[] = [];
    const wait = async (events: Uint8Array) => awaited.push(toHex(events)) > 0;
    await run(signed.overriddenParameters, two, { wait });
    expect(awaited).toEqual(['a20120020a', 'a1061a00014370']);
  });

  test('fetches when there is power, and refuses another image than its own', async () => {
    const device: Partial<SuitDevice> = {
      ...able,
      ...{ version: () => [0, 9], battery: () => 20, wait: async () => true, now: () => 0 },
      async *fetch() {
        yield encodeUtf8('another image of 30 characters');
      },
    };
    const place = [[encodeUtf8('00')]];
    expect(await asyncCodeOf(() => run(signed.waiting, place, device))).toBe('update/suit-image-mismatch');
    const low = { ...device, battery: () => 19 };
    expect(await asyncCodeOf(() => run(signed.waiting, place, low))).toBe('update/suit-battery-low');
  });
});
