import { encodeUtf8 } from '@kiten/codec';
import { describe, expect, test } from 'vitest';
import {
  buildEnvelope,
  classIdentifierOf,
  componentName,
  decodeManifest,
  describeManifest,
  digestOf,
  encryptPayload,
  parseComponent,
  processInvocation,
  processUpdate,
  readDescription,
  showUuid,
  vendorIdentifierOf,
} from '../../src/index.ts';
import { codeOf, gathered } from './keys.ts';
import { signed, world } from './world.ts';

const json = (changes: object = {}) =>
  JSON.stringify({
    sequenceNumber: 7,
    vendor: 'arm.com',
    class: '1492af14-2569-5e48-bf42-9b2d51f2ab45',
    components: [
      { component: '/app', image: 'app.bin' },
      { component: '/radio', image: 'radio.bin', uri: 'https://example.com/radio.bin' },
    ],
    ...changes,
  });
const images = ['new application', 'new radio'].map((text) => ({
  digest: digestOf('sha256', encodeUtf8(text)),
  size: text.length,
}));

describe('identifiers', () => {
  test('the vendor of the draft’s examples is made of its domain', () => {
    expect(showUuid(vendorIdentifierOf('arm.com'))).toBe('fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe');
  });

  test('version 5 of RFC 9562, appendix A.4', () => {
    expect(showUuid(vendorIdentifierOf('www.example.com'))).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  test('a class is made of the vendor and what the vendor says', () => {
    const vendor = vendorIdentifierOf('arm.com');
    expect(classIdentifierOf(vendor, 'gateway 2')).not.toEqual(classIdentifierOf(vendor, 'gateway 3'));
    expect(classIdentifierOf(vendor, 'gateway 2')[6]! >> 4).toBe(5);
  });

  test('what has not 16 octets is none', () => {
    expect(codeOf(() => showUuid(new Uint8Array(15)))).toBe('update/suit-uuid');
  });
});

test.each(['/app', '/usr/bin/env', '/0x00', '/0x0001/app'])(
  '%s is a component, and is shown as such',
  (path) => {
    expect(componentName(parseComponent(path))).toBe(path);
  },
);

test('what is described is installed', async () => {
  const here = world();
  here.server.set('https://example.com/radio.bin', 'new radio');
  const manifest = describeManifest(readDescription(json()), images);
  const integrated = new Map([['#0', encodeUtf8('new application')]]);
  await processUpdate(signed(manifest, { integrated }), await here.options());
  expect([here.content('/app'), here.content('/radio')]).toEqual(['new application', 'new radio']);
});

test('what is described as encrypted is decrypted and installed, and validates afterwards', async () => {
  const here = world();
  const secret = new Uint8Array(16).fill(1);
  const description = readDescription(
    json({
      components: [
        { component: '/app', image: 'app.bin', encryptFor: ['device.pub'], staging: '/staging' },
        {
          component: '/radio',
          image: 'radio.bin',
          encryptFor: ['device.pub'],
          staging: '/staging',
          cipher: 'A256CTR',
        },
      ],
    }),
  );
  const sealed = ['new application', 'new radio'].map(async (text, index) => {
    const { algorithm } = description.components[index]!.encryption!;
    const random = (octets: number) => new Uint8Array(octets).fill(index + 2);
    const { info, ciphertext } = encryptPayload([encodeUtf8(text)], {
      algorithm,
      recipients: [{ secret }],
      random,
    });
    const payload = await gathered(ciphertext);
    return { payload, encrypted: { info, digest: digestOf('sha256', payload), size: payload.length } };
  });
  const found = await Promise.all(sealed);
  const manifest = describeManifest(
    description,
    images.map((image, index) => ({ ...image, encrypted: found[index]!.encrypted })),
  );
  const integrated = new Map(found.map(({ payload }, index) => [`#${index}`, payload]));
  const octets = signed(manifest, { integrated });
  const keys = { shared: [{ secret }] };
  await processUpdate(octets, await here.options({ keys }));
  expect([here.content('/app'), here.content('/radio')]).toEqual(['new application', 'new radio']);
  await processInvocation(octets, await here.options());
});

test('everything that can be described stands in the manifest', () => {
  const description = readDescription(
    json({
      manifest: '/manifest',
      version: [2, 1],
      invoke: '/radio',
      referenceUri: 'https://example.com/whole.suit',
      text: { en: 'Faster.', ja: '速くなりました。' },
      severable: ['text', 'install'],
    }),
  );
  const { manifestOctets, members } = buildEnvelope(describeManifest(description, images), description);
  expect([...members.keys()].sort()).toEqual(['install', 'text']);
  const manifest = decodeManifest(manifestOctets, members);
  expect(manifest).toMatchObject({ currentVersion: [2, 1], referenceUri: 'https://example.com/whole.suit' });
  expect(manifest.text?.content?.get('ja')?.manifest.updateDescription).toBe('速くなりました。');
  expect(manifest.sections.invoke?.content).toEqual([
    { command: 'set-component-index', index: 1 },
    { command: 'invoke', policy: 2 },
  ]);
});

test.each<[string, string]>([
  ['no JSON', '{'],
  ['no object', '[]'],
  ['an unknown member', json({ sequence: 1 })],
  ['no sequence number', json({ sequenceNumber: undefined })],
  ['half a sequence number', json({ sequenceNumber: 1.5 })],
  ['no components', json({ components: [] })],
  ['components that are no list', json({ components: {} })],
  ['a component without an image', json({ components: [{ component: '/app' }] })],
  ['a component that is no path', json({ components: [{ component: 'app', image: 'a' }] })],
  ['an unknown member of a component', json({ components: [{ component: '/app', image: 'a', size: 1 }] })],
  ['a vendor that is no text', json({ vendor: 1 })],
  ['something severable that is not', json({ severable: ['validate'] })],
  ['a text that is none', json({ text: 'Faster.' })],
  [
    'nobody to encrypt for',
    json({ components: [{ component: '/a', image: 'a', encryptFor: [], staging: '/s' }] }),
  ],
  [
    'no place to keep what is encrypted',
    json({ components: [{ component: '/a', image: 'a', encryptFor: ['k'] }] }),
  ],
])('a description with %s is refused', (_, text) => {
  expect(codeOf(() => readDescription(text))).toMatch(/^(update\/suit-description|codec\/json-.*)$/);
});

test('only a component is invoked', () => {
  const description = readDescription(json({ invoke: '/other' }));
  expect(codeOf(() => describeManifest(description, images))).toBe('update/suit-description');
});
