// 16 of the list of attacks: hostile manifests, as a device meets them. Each is refused with a code of its own, and neither a
// slot nor what the device remembers is written.
import { type CborTag, type CborValue, decodeCbor, encodeCbor } from '@kiten/codec';
import { describe, expect, it } from 'vitest';
import {
  buildEnvelope,
  encodeEnvelope,
  memberDigest,
  openEnvelope,
  processUpdate,
  type SuitEnvelope,
  type SuitSequence,
  sever,
  signEnvelope,
} from '../../src/index.ts';
import { component, manifestOf } from './fixtures.ts';
import { asyncCodeOf } from './keys.ts';
import { at, author, image, manifestFor, policy, set, signed, to, type World, world } from './world.ts';

const uri = 'https://example.com/app.bin';
const images = { '/app': image('new application') };
const sections = { install: [set({ uri }), ...to('fetch', 'image-match')], validate: to('image-match') };
const good = manifestFor(images, sections, { sequenceNumber: 9 });

/** A device that has an older application, and installed it from a manifest with the number 8. */
async function device(): Promise<World> {
  const here = world();
  here.server.set(uri, 'new application');
  await processUpdate(signed({ ...good, sequenceNumber: 8 }), await here.options());
  here.put('/app', 'old application');
  return here;
}

async function refuses(octets: Uint8Array, code: string): Promise<void> {
  const here = await device();
  const options = await here.options();
  const before = here.everything();
  expect(await asyncCodeOf(() => processUpdate(octets, options))).toBe(`update/suit-${code}`);
  expect(here.everything()).toEqual(before);
}

/** Octets in place of a manifest, under a signature that holds: what its makers’ key signs, somebody else may have written. */
function signedOver(manifestOctets: Uint8Array, changes: Partial<SuitEnvelope> = {}): Uint8Array {
  const digest = memberDigest('sha256', manifestOctets);
  const digestOctets = encodeCbor([-16, digest.bytes]);
  const empty = { authentications: [], members: new Map(), integrated: new Map() };
  return encodeEnvelope(signEnvelope({ ...empty, manifestOctets, digest, digestOctets, ...changes }, author));
}

const { manifestOctets } = buildEnvelope(good);
const asMap = (octets: Uint8Array) => decodeCbor(octets) as Map<CborValue, CborValue>;
const withMember = (label: number, value: CborValue) =>
  encodeCbor(
    new Map(
      [...asMap(manifestOctets), [label, value]].sort(([one], [two]) => Number(one) - Number(two)) as [
        CborValue,
        CborValue,
      ][],
    ),
  );

describe('16 SUIT', () => {
  it('takes the manifest that the others are made of', async () => {
    const here = await device();
    await processUpdate(signedOver(manifestOctets), await here.options());
    expect(here.content('/app')).toBe('new application');
  });

  it('a bad digest: another manifest under a signature that holds', async () => {
    const outer = decodeCbor(signed(good)) as CborTag;
    const map = outer.value as Map<CborValue, CborValue>;
    map.set(3, buildEnvelope({ ...good, sequenceNumber: 10 }).manifestOctets);
    await refuses(encodeCbor(outer), 'digest-mismatch');
  });

  it('a bad digest of a member that can be severed', async () => {
    const severable = signEnvelope(buildEnvelope(good, { severable: ['install'] }), author);
    const members = new Map([['install', encodeCbor([14, 15])]] as const);
    await refuses(encodeEnvelope({ ...severable, members }), 'severed-mismatch');
  });

  it('a section that is needed, severed', async () => {
    const severable = signEnvelope(buildEnvelope(good, { severable: ['install'] }), author);
    await refuses(encodeEnvelope(sever(severable, ['install'])), 'severed');
  });

  it('truncation', async () => {
    await refuses(signed(good).slice(0, -1), 'truncated');
    await refuses(signedOver(manifestOctets.slice(0, -1)), 'truncated');
  });

  it('trailing bytes', async () => {
    await refuses(Uint8Array.of(...signed(good), 0), 'trailing-bytes');
    await refuses(signedOver(Uint8Array.of(...manifestOctets, 0)), 'trailing-bytes');
  });

  it('duplicate keys', async () => {
    // The map has one entry more, and its first entry, the version, once again in front.
    const twice = Uint8Array.of(manifestOctets[0]! + 1, 1, 1, ...manifestOctets.slice(1));
    await refuses(signedOver(twice), 'duplicate-key');
  });

  it('non-canonical encoding', async () => {
    // The version 1 as 0x18 0x01, which is one octet longer than it needs.
    const longer = Uint8Array.of(manifestOctets[0]!, 1, 0x18, 1, ...manifestOctets.slice(3));
    await refuses(signedOver(longer), 'not-canonical');
  });

  it('a parameter override: a digest that others could set before', async () => {
    const install: SuitSequence = [
      { command: 'set-parameters', parameters: image('evil application') },
      set({ uri }),
      ...to('fetch', 'image-match'),
    ];
    await refuses(
      signed(manifestFor({ '/app': {} }, { ...sections, install }, { sequenceNumber: 9 })),
      'parameter-override',
    );
  });

  it('a nested-sequence bomb, in depth and in number', async () => {
    let nested = encodeCbor([14, 15]);
    for (let depth = 0; depth < 200; depth += 1) nested = encodeCbor([32, nested]);
    await refuses(signedOver(withMember(20, nested)), 'nesting');
    const many = encodeCbor(Array.from({ length: 40_000 }, (_, index) => (index % 2 === 0 ? 14 : 15)));
    await refuses(signedOver(withMember(20, many)), 'too-many-commands');
  });

  it('dependency substitution', async () => {
    const dependency = (text: string) =>
      signed(
        manifestFor({ '/app': image(text) }, sections, { componentIdentifier: component('/dependency') }),
      );
    const [wanted, other] = [dependency('new application'), dependency('evil application')];
    const imageDigest = memberDigest('sha256', openEnvelope(wanted).manifestOctets);
    const process = [{ command: 'process-dependency', policy } as const];
    const resolve = [
      set({ uri: '#dependency' }),
      ...to('fetch', 'dependency-integrity', 'process-dependency'),
    ];
    const root = manifestOf({
      sequenceNumber: 9,
      common: {
        components: [component('/dependency'), component('/app')],
        dependencies: new Map([[0, {}]]),
        sharedSequence: [at(0), set({ imageDigest })],
      },
      sections: {
        dependencyResolution: { content: [at(0), ...resolve] },
        install: { content: [at(0), ...process] },
        validate: { content: [at(0), ...process] },
      },
    });
    await refuses(signed(root, { integrated: new Map([['#dependency', other]]) }), 'dependency-mismatch');
  });
});

describe('2 rollback', () => {
  it('of the SUIT sequence number', async () => {
    await refuses(signed({ ...good, sequenceNumber: 7 }), 'rollback');
  });

  it('of the SUIT sequence number, by another manifest of the same', async () => {
    await refuses(
      signed({ ...good, sequenceNumber: 8, referenceUri: 'https://example.com/' }),
      'sequence-reused',
    );
  });
});
