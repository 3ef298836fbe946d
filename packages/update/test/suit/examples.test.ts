import { fromHex, toHex } from '@kiten/codec';
import { expect, test } from 'vitest';
import {
  componentName,
  encodeEnvelope,
  encodeManifest,
  openEnvelope,
  sever,
  verifyEnvelope,
} from '../../src/index.ts';
import { download, publicKey, secureBoot, severableMembers, severed } from './examples.ts';
import { verify } from './keys.ts';

const trust = { signers: [{ publicKey: fromHex(publicKey) }], verify };
// Two members more: the map in the tag has four instead of two.
const whole = `d86ba4${severed.slice(6)}${severableMembers}`;

test.each([
  ['secure boot (ES256)', secureBoot],
  ['download (ES256)', download],
  ['severed members (ESP256)', severed],
  ['severable members (ESP256)', whole],
])('example %s is signed by its key and encodes to itself', (_, hex) => {
  const { envelope, manifest, signers } = verifyEnvelope(fromHex(hex), trust);
  expect(signers).toEqual(trust.signers);
  expect(toHex(encodeEnvelope(envelope))).toBe(hex);
  const again = encodeManifest(manifest);
  expect(toHex(again.octets)).toBe(toHex(envelope.manifestOctets));
  expect(again.members).toEqual(envelope.members);
});

test('example 1 says where the image is and what it has to be', () => {
  const { manifest } = verifyEnvelope(fromHex(download), trust);
  expect(manifest.sequenceNumber).toBe(1);
  expect(manifest.common.components.map(componentName)).toEqual(['/0x00']);
  expect(manifest.common.sharedSequence).toEqual([
    {
      command: 'override-parameters',
      parameters: {
        vendorIdentifier: fromHex('fa6b4a53d5ad5fdfbe9de663e4d41ffe'),
        classIdentifier: fromHex('1492af1425695e48bf429b2d51f2ab45'),
        imageDigest: {
          algorithm: 'sha256',
          bytes: fromHex('00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210'),
        },
        imageSize: 34_768,
      },
    },
    { command: 'vendor-identifier', policy: 15 },
    { command: 'class-identifier', policy: 15 },
  ]);
  expect(manifest.sections.install?.content).toEqual([
    { command: 'override-parameters', parameters: { uri: 'http://example.com/file.bin' } },
    { command: 'fetch', policy: 2 },
    { command: 'image-match', policy: 15 },
  ]);
});

test('example 2 is the published severed form once its members are severed', () => {
  const envelope = openEnvelope(fromHex(whole));
  expect(toHex(encodeEnvelope(sever(envelope, ['install', 'text'])))).toBe(severed);
  const { manifest } = verifyEnvelope(fromHex(severed), trust);
  expect(manifest.text?.content).toBeUndefined();
  expect(manifest.text?.digest).toBeDefined();
  expect(manifest.sections.install).toEqual({ digest: manifest.sections.install?.digest });
});

test('example 2 speaks to people', () => {
  const text = verifyEnvelope(fromHex(whole), trust).manifest.text?.content?.get('en-US');
  expect(text?.manifest.manifestDescription).toContain('Simultaneous Download, Installation, Secure Boot');
  expect(text?.components[0]?.text).toEqual({
    vendorDomain: 'arm.com',
    componentDescription:
      'This component is a demonstration. The digest is a sample pattern, not a real one.',
  });
});
