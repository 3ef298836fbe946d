// 16 of the list of attacks: what the device is to run comes in a SUIT envelope, and something about it is wrong. Each is
// refused with a code of its own, and neither slots nor what the device remembers were written.
import { CborTag, type CborValue, concatBytes, decodeCbor, encodeCbor, encodeUtf8 } from '@kiten/codec';
import {
  buildEnvelope,
  encodeEnvelope,
  integratedUri,
  memberDigest,
  openEnvelope,
  type SuitManifest,
  type SuitSequence,
  sever,
  signEnvelope,
} from '@kiten/update';
import { describe, expect, it } from 'vitest';
import { component, model, vendor } from '../../../update/test/suit/fixtures.ts';
import { freshSigner, verify } from '../../../update/test/suit/keys.ts';
import { at, author, image, manifestFor, set, to } from '../../../update/test/suit/world.ts';
import { hashesOf } from '../../../update/test/support/simulator.ts';
import { ecu, newUpdatedDevice, textOf, type UpdatedDevice } from './updated-device.ts';

const text = 'what the manifest brings';
const payload = encodeUtf8(text);
const fetchIt: SuitSequence = [at(0), set({ uri: integratedUri(0) }), ...to('fetch', 'image-match')];

const suit = {
  ...{ trust: { signers: [author], verify }, vendor, model, component: component('/image') },
  fetch: () => {
    throw new Error('nothing is fetched');
  },
};

function envelope(
  changes: Partial<SuitManifest> = {},
  install = fetchIt,
  { signer = author, content = payload, digested = text } = {},
): Uint8Array {
  const manifest = manifestFor({ '/image': image(digested) }, { install }, { sequenceNumber: 5, ...changes });
  const built = buildEnvelope(manifest, { integrated: new Map([[integratedUri(0), content]]) });
  return encodeEnvelope(signEnvelope(built, signer));
}

/** Has both repositories vouch for an envelope as release 2, or a later one. */
async function offered(octets: Uint8Array, device?: UpdatedDevice, release = 2): Promise<UpdatedDevice> {
  const offeredTo = device ?? (await newUpdatedDevice());
  const { world } = offeredTo;
  const path = `${ecu}/${release}.suit`;
  const hashes = hashesOf(octets);
  world.image.targets.targets[path] = {
    ...{ length: octets.length, hashes },
    custom: { hardwareIds: ['main-board'], releaseCounter: release },
  };
  world.image.files.set(`targets/${ecu}/${hashes.sha256}.${release}.suit`, octets);
  world.image.publishTargets('targets');
  world.direct({
    ...{
      ecu,
      target: path,
      length: octets.length,
      hashes,
      hardwareId: 'main-board',
      releaseCounter: release,
    },
  });
  return offeredTo;
}

const refuses = async (code: string, octets: Uint8Array): Promise<void> => {
  const device = await offered(octets);
  await device.refuses(code, () => device.update({ suit }), { withMetadata: false });
};

describe('a SUIT envelope on the device', () => {
  it('brings what is written into the slot, and its number is remembered', async () => {
    const device = await offered(envelope());
    await device.update({ suit });
    expect(await device.runs()).toBe(text);
    await (await device.updater()).updater.confirm();
    const { slots } = (await device.keeper()).state;
    expect(slots.b).toMatchObject({
      path: 'main/2.suit',
      content: { length: payload.length, sequenceNumber: 5 },
    });
    await device.update({ suit });
    expect(device.manifests.at(-1)?.reports.get(ecu)?.installed.path).toBe('main/2.suit');
  });

  it('below the number that is installed, or with the same number and other words, is refused', async () => {
    const device = await offered(envelope());
    await device.update({ suit });
    await (await device.updater()).updater.confirm();
    for (const [changes, release, code] of [
      [{ sequenceNumber: 4 }, 3, 'update/suit-rollback'],
      [{ referenceUri: 'https://maker.example/other' }, 4, 'update/suit-sequence-reused'],
    ] as const) {
      await offered(envelope(changes), device, release);
      const before = await device.digest(false);
      await expect(device.update({ suit })).rejects.toMatchObject({ code });
      expect(await device.digest(false)).toBe(before);
      expect(await device.runs()).toBe(text);
    }
  });

  it('where nobody is trusted to sign one is not written as if it were an image', async () => {
    const device = await offered(envelope());
    await expect(device.update()).rejects.toMatchObject({ code: 'agent/suit-unconfigured' });
    expect(await device.runs()).toBe(textOf(1));
  });

  it.each<[string, string, () => Uint8Array]>([
    [
      'signed by somebody else',
      'update/suit-signature-invalid',
      () => envelope({}, fetchIt, { signer: freshSigner('ES256') }),
    ],
    [
      'unsigned',
      'update/suit-unsigned',
      () => encodeEnvelope({ ...openEnvelope(envelope()), authentications: [] }),
    ],
    [
      'whose payload has another digest',
      'update/suit-image-mismatch',
      () => envelope({}, fetchIt, { digested: 'what it should have brought' }),
    ],
    [
      'whose manifest has another digest',
      'update/suit-digest-mismatch',
      () => changed(3, (octets) => Uint8Array.of(...octets.subarray(0, -1), octets.at(-1)! ^ 1)),
    ],
    ['cut short', 'update/suit-truncated', () => envelope().subarray(0, -1)],
    ['with octets behind it', 'update/suit-trailing-bytes', () => concatBytes(envelope(), Uint8Array.of(0))],
    ['with a key twice', 'update/suit-duplicate-key', () => Buffer.from('d86ba2034100034100', 'hex')],
    ['not in the one encoding', 'update/suit-not-canonical', () => Buffer.from('d86ba102580100', 'hex')],
    [
      'that overrides what its signers have fixed',
      'update/suit-image-mismatch',
      () => envelope({}, [...fetchIt, set(image('something else')), ...to('image-match')]),
    ],
    [
      'for other devices',
      'update/suit-vendor-mismatch',
      () => envelope({}, [at(0), set({ vendorIdentifier: model }), ...to('vendor-identifier'), ...fetchIt]),
    ],
    ['whose sequences nest without end', 'update/suit-nesting', () => nested()],
    ['that writes elsewhere', 'update/suit-component-unsupported', () => elsewhere()],
    ['whose install section is severed', 'update/suit-severed', () => severed()],
  ])('16 %s', async (_, code, octets) => {
    await refuses(code, octets());
  });
});

/** By hand, since nobody who builds a manifest is let make one: `run-sequence` (32) within `install` (20). */
function nested(): Uint8Array {
  let sequence = encodeCbor([32, encodeCbor([])]);
  for (let depth = 0; depth < 5000; depth += 1) sequence = encodeCbor([32, sequence]);
  const { manifestOctets, members, integrated } = openEnvelope(envelope());
  const manifest = decodeCbor(manifestOctets) as Map<CborValue, CborValue>;
  const octets = encodeCbor(new Map([...manifest, [20, sequence]]));
  const digest = memberDigest('sha256', octets);
  const digestOctets = encodeCbor([-16, digest.bytes]);
  const made = { digest, digestOctets, authentications: [], manifestOctets: octets, members, integrated };
  return encodeEnvelope(signEnvelope(made, author));
}

function elsewhere(): Uint8Array {
  const manifest = manifestFor({ '/other': image(text) }, { install: fetchIt }, { sequenceNumber: 5 });
  const integrated = new Map([[integratedUri(0), payload]]);
  return encodeEnvelope(signEnvelope(buildEnvelope(manifest, { integrated }), author));
}

function severed(): Uint8Array {
  const manifest = manifestFor({ '/image': image(text) }, { install: fetchIt }, { sequenceNumber: 5 });
  const built = buildEnvelope(manifest, { severable: ['install'] });
  return encodeEnvelope(sever(signEnvelope(built, author), ['install']));
}

function changed(member: number, change: (octets: Uint8Array) => Uint8Array): Uint8Array {
  const outer = (decodeCbor(envelope()) as CborTag).value as Map<CborValue, CborValue>;
  const value = change(outer.get(member) as Uint8Array);
  return encodeCbor(new CborTag(107, new Map([...outer, [member, value]])));
}
