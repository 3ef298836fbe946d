// Targets metadata of 10,000 files, from its bytes to trusted: read, put into canonical form, its signature verified.
// Beside it the TUF client of npm, in the same run: once for each size, since it takes half a minute for the largest.
// CPU milliseconds of this process, all threads.
import { createHash } from 'node:crypto';
import { generateSigner, nodeVerify } from '@kiten/identity';
import {
  type MetadataFile,
  parseMetadata,
  signMetadata,
  verifyThreshold,
  writeMetadataFile,
} from '@kiten/update';
import { Metadata, MetadataKind } from '@tufjs/models';
import { cpuSeconds, median, print } from './figure.ts';

const rounds = 15;
const counts = [2_500, 5_000, 10_000];
const expires = '2040-01-01T00:00:00Z';
const common = { spec_version: '1.0.34', version: 1, expires };
const signer = generateSigner('EdDSA');

const keyid = signed({ _type: 'targets', ...common, targets: {} }).signatures[0]!.keyid;
const public_ = Buffer.from(signer.publicKey.subarray(-32)).toString('hex');
const roleKeys = { keyids: [keyid], threshold: 1 };
const roles = { root: roleKeys, timestamp: roleKeys, snapshot: roleKeys, targets: roleKeys };
const keys = { [keyid]: { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: public_ } } };
const root = signed({ _type: 'root', ...common, consistent_snapshot: true, keys, roles });

const ourRoot = parseMetadata('root', writeMetadataFile(root), 1 << 20).metadata;
const theirRoot = Metadata.fromJSON(
  MetadataKind.Root,
  JSON.parse(Buffer.from(writeMetadataFile(root)).toString()),
);

for (const count of counts) {
  const bytes = targetsOf(count);
  const ours: number[] = [];
  verifyOurs(bytes);
  for (let round = 0; round < rounds; round += 1) ours.push(await milliseconds(() => verifyOurs(bytes)));
  const theirs = await milliseconds(() => verifyTheirs(bytes));
  print({
    figure: `${count.toLocaleString('en')} targets verified, ${Math.round(bytes.length / 1000).toLocaleString('en')} kB`,
    ...{ value: median(ours), unit: 'ms', peer: theirs, rounds },
    ...(count === 10_000 && { floor: 200, goal: 80 }),
  });
}

function verifyOurs(bytes: Uint8Array): void {
  const file = parseMetadata('targets', bytes, 1 << 26);
  const role = { name: 'targets', keys: ourRoot.keys, ...ourRoot.roles.get('targets')! };
  verifyThreshold(file, role, nodeVerify);
}

function verifyTheirs(bytes: Uint8Array): void {
  const file = Metadata.fromJSON(MetadataKind.Targets, JSON.parse(Buffer.from(bytes).toString('utf8')));
  theirRoot.verifyDelegate('targets', file);
}

function targetsOf(count: number): Uint8Array {
  const targets = Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const [sha256, sha512] = ['sha256', 'sha512'].map((name) =>
        createHash(name).update(`${index}`).digest('hex'),
      );
      const custom = { hardware: [`pump-${index % 40}`], counter: index };
      return [
        `firmware/model-${index % 100}/release-${index}.bin`,
        { length: 1000 + index, hashes: { sha256, sha512 }, custom },
      ];
    }),
  );
  return writeMetadataFile(signed({ _type: 'targets', ...common, targets }));
}

function signed(body: MetadataFile['signed']): MetadataFile {
  return signMetadata({ signed: body, signatures: [] }, signer);
}

async function milliseconds(work: () => void): Promise<number> {
  return (await cpuSeconds(work)) * 1000;
}
