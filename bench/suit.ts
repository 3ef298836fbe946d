// What it takes to verify a SUIT manifest of 100 components: opened, its signature checked, and read as a whole. Beside
// it, in the same run, what the signature alone takes; and ten times as many components, since the work is linear.
// Then an update of several components, from the envelope to files that are on the disk. One JSON line per figure.
import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ecdsaRawToDer, encodeUtf8, type Signer, type Verify } from '@kiten/codec';
import {
  buildEnvelope,
  type ComponentIdentifier,
  describeManifest,
  digestOf,
  encodeEnvelope,
  openDirectoryStorage,
  processUpdate,
  signEnvelope,
  vendorIdentifierOf,
  verifyEnvelope,
} from '@kiten/update';
import { cpuSeconds, median, print } from './figure.ts';

const rounds = 5;
const together = 200;
const imageBytes = 1024 ** 2;
const vendor = vendorIdentifierOf('maker.example');
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const spki = new Uint8Array(publicKey.export({ type: 'spki', format: 'der' }));
const imported = new Map<Uint8Array, KeyObject>();

const signer: Signer = {
  algorithm: 'ES256',
  publicKey: spki,
  sign: (data) => new Uint8Array(sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
};
const check: Verify = (_, key, data, signature) => {
  let object = imported.get(key);
  if (object === undefined) {
    object = createPublicKey({ key: Buffer.from(key), type: 'spki', format: 'der' });
    imported.set(key, object);
  }
  return verify('sha256', data, object, ecdsaRawToDer(signature));
};
const trust = { signers: [{ publicKey: spki }], verify: check };

for (const components of [100, 1000]) {
  const octets = envelopeOf(components, new Uint8Array(32));
  const alone = signatureOf(octets);
  const [whole, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    const times = components === 100 ? together : together / 10;
    bare.push(await each(times, alone));
    whole.push(await each(times, () => verifyEnvelope(octets, trust)));
  }
  print({
    figure: `verifying a SUIT manifest of ${components} components, ES256, CPU; beside it the signature alone`,
    value: median(whole),
    unit: 'ms',
    limit: median(bare),
    rounds,
  });
}

const images = 16;
const [image, identifiers] = [new Uint8Array(imageBytes).fill(0x6b), componentsOf(images)];
const update = envelopeOf(images, image);
const taken: number[] = [];
for (let round = 0; round < rounds; round += 1) taken.push(await installed());
print({
  figure: `installing ${images} components of 1 MiB by a SUIT manifest: fetched, hashed, on the disk`,
  value: median(taken),
  unit: 'ms',
  rounds,
});

/** Milliseconds of CPU that one of many takes. */
async function each(times: number, act: () => unknown): Promise<number> {
  const seconds = await cpuSeconds(() => {
    for (let count = 0; count < times; count += 1) act();
  });
  return (1000 * seconds) / times;
}

function componentsOf(count: number): readonly ComponentIdentifier[] {
  return Array.from({ length: count }, (_, index) => [encodeUtf8('component'), encodeUtf8(String(index))]);
}

function envelopeOf(count: number, content: Uint8Array): Uint8Array {
  const manifest = describeManifest(
    {
      sequenceNumber: 1,
      vendorIdentifier: vendor,
      classIdentifier: vendor,
      components: componentsOf(count).map((identifier, index) => ({
        identifier,
        image: '',
        uri: `https://maker.example/${index}.bin`,
      })),
      severable: [],
    },
    Array.from({ length: count }, () => ({ digest: digestOf('sha256', content), size: content.length })),
  );
  return encodeEnvelope(signEnvelope(buildEnvelope(manifest), signer));
}

/** The check of the one signature of an envelope, without anything around it. */
function signatureOf(octets: Uint8Array): () => void {
  let seen: Parameters<Verify> | undefined;
  verifyEnvelope(octets, {
    ...trust,
    verify: (...given) => {
      seen = given;
      return check(...given);
    },
  });
  const given = seen as Parameters<Verify>;
  return () => check(...given);
}

async function installed(): Promise<number> {
  const directory = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'kiten-bench-'));
  try {
    const files = identifiers.map((identifier, index) => ({
      identifier,
      file: join(directory, `image-${index}`),
    }));
    const storage = await openDirectoryStorage(join(directory, 'suit'), files);
    const device = {
      identity: () => ({ vendors: [vendor], classes: [vendor] }),
      async *fetch() {
        for (let at = 0; at < image.length; at += 65_536) yield image.subarray(at, at + 65_536);
      },
    };
    const start = performance.now();
    await processUpdate(update, { trust, device, storage });
    return performance.now() - start;
  } finally {
    rmSync(directory, { recursive: true });
  }
}
