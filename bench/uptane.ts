// Uptane on the server's side, for vehicles of four ECUs: metadata of the Director, said anew and unchanged, and vehicle
// version manifests that come in, with four signatures on P-256: the primary's, and those of three ECUs. Beside metadata what
// OpenSSL's own speed program allows: so many times its signatures fit into the same CPU second; beside manifests the
// runtime's four verifications alone, in turn with them.
import { spawnSync } from 'node:child_process';
import { createPublicKey, verify as verifyBare } from 'node:crypto';
import { ecdsaRawToDer, type Signer } from '@kiten/codec';
import { createVerify, generateSigner } from '@kiten/identity';
import {
  type Assignment,
  Director,
  type DirectorMetadata,
  ecuKey,
  keyIdOf,
  keyObjectOf,
  signMetadata,
  signReport,
  signVehicleManifest,
  type Vehicle,
  vehicleOf,
  verifyVehicleManifest,
  writeMetadataFile,
} from '@kiten/update';
import { cpuSeconds, median, print } from './figure.ts';

const rounds = 9;
const now = Date.UTC(2030, 0, 1);
const clock = { now: () => now };
const hashes = { sha256: 'a'.repeat(64), sha512: 'b'.repeat(128) };
const names = ['gateway', 'engine', 'brake', 'door'];
const noRules = { hardwareIds: [], dependencies: [], conflicts: [] };
const openssl = opensslSpeed();

await director();
await manifests();

async function director(): Promise<void> {
  const count = 1500;
  const online = {
    targets: generateSigner('ES256'),
    snapshot: generateSigner('ES256'),
    timestamp: generateSigner('ES256'),
  };
  const signers = Object.values(online);
  const keys = signers.map((signer) => ({ ...keyObjectOf(signer.algorithm, signer.publicKey) }));
  const ids = keys.map(keyIdOf);
  const role = (index: number) => ({ keyids: [ids[index]!], threshold: 1 });
  const root = {
    ...{ _type: 'root', spec_version: '1.0.34', version: 1, expires: '2040-01-01T00:00:00Z' },
    ...{ consistent_snapshot: true, keys: Object.fromEntries(ids.map((id, index) => [id, keys[index]!])) },
    roles: { root: role(0), targets: role(0), snapshot: role(1), timestamp: role(2) },
  };
  const bytes = writeMetadataFile(signMetadata({ signed: root, signatures: [] }, signers[0]!));
  const director = new Director({ root: bytes, signers, clock, rulesOf: () => noRules });
  const vehicles = Array.from({ length: count }, (_, index) => newVehicle(`vehicle-${index}`, names));
  const said: DirectorMetadata[] = [];
  const say = (release: number) => {
    vehicles.forEach(({ vehicle, verified }, index) => {
      said[index] = director.metadataFor(vehicle, verified, assigned(release), said[index]);
    });
  };
  say(1);
  const changed: number[] = [];
  const unchanged: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    changed.push(count / (await cpuSeconds(() => say(round + 2))));
    unchanged.push((10 * count) / (await cpuSeconds(() => Array.from({ length: 10 }, () => say(round + 2)))));
  }
  print({
    figure:
      'director metadata for vehicles of 4 ECUs, changed: targets and timestamp signed (P-256), snapshot shared',
    ...{
      value: median(changed),
      unit: 'per CPU second',
      limit: openssl.sign / 2,
      floor: 7_000,
      goal: 12_000,
      rounds,
    },
  });
  print({
    figure: 'director metadata for vehicles of 4 ECUs, unchanged',
    ...{ value: median(unchanged), unit: 'per CPU second', floor: 50_000, goal: 150_000, rounds },
  });
}

async function manifests(): Promise<void> {
  const count = 500;
  const vehicles = Array.from({ length: count }, (_, index) =>
    newVehicle(`vehicle-${index}`, names.slice(0, 3)),
  );
  const known = createVerify(4 * count);
  for (const [words, verify] of [
    ['keys of all ECUs in memory', known],
    ['each key imported anew', createVerify(1)],
  ] as const) {
    const take = () => {
      for (const { vehicle, manifest } of vehicles) verifyVehicleManifest(manifest, vehicle, { verify, now });
    };
    take();
    const values: number[] = [];
    const limits: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      values.push(count / (await cpuSeconds(take)));
      const bare = () => {
        for (const vehicle of vehicles) vehicle.bare();
      };
      limits.push(count / (await cpuSeconds(bare)));
    }
    print({
      figure: `vehicle version manifests with 4 signatures (P-256) verified, ${words}`,
      ...{ value: median(values), unit: 'per CPU second', limit: median(limits), rounds },
      ...(verify === known && { floor: 2_500, goal: 3_400 }),
    });
  }
}

function newVehicle(identifier: string, ecus: readonly string[]) {
  const signers = ecus.map(() => generateSigner('ES256'));
  const vehicle: Vehicle = vehicleOf(
    identifier,
    ecus.map((name, index) => ({
      ...{ identifier: name, hardwareId: `${name}-board`, isPrimary: index === 0 },
      key: ecuKey(signers[index]!),
    })),
  );
  const reports = new Map(
    ecus.map((ecu, index) => {
      const installed = {
        path: `firmware/${ecu}/1.bin`,
        length: 4_000_000,
        hashes: new Map(Object.entries(hashes)),
      };
      const times = { time: now - 2000, previousTime: now - 60_000 };
      return [
        ecu,
        signReport({ ecu, installed, attacksDetected: '', counter: 1, ...times }, signers[index]!),
      ];
    }),
  );
  const manifest = signVehicleManifest({ vehicle: identifier, primary: ecus[0]!, reports }, signers[0]!);
  const verified = verifyVehicleManifest(manifest, vehicle, { verify: createVerify(), now });
  const bare = bareVerifications(signers, manifest.length);
  return { vehicle, manifest, verified, bare };
}

/** The runtime's four verifications alone, of a message for the manifest and of one for each report in it. */
function bareVerifications(signers: readonly Signer[], length: number): () => void {
  const each = [signers[0]!, ...signers].map((signer, index) => {
    const message = Buffer.alloc(index === 0 ? length : Math.floor(length / 4), index);
    const key = createPublicKey({ key: Buffer.from(signer.publicKey), format: 'der', type: 'spki' });
    return { message, key, signature: ecdsaRawToDer(signer.sign(message)) };
  });
  return () => {
    for (const { message, key, signature } of each) verifyBare('sha256', message, key, signature);
  };
}

function assigned(release: number): Assignment[] {
  return names.map((ecu) => ({
    ...{ ecu, target: `firmware/${ecu}/${release}.bin`, length: 4_000_000, hashes },
    ...{ hardwareId: `${ecu}-board`, releaseCounter: release },
  }));
}

/** Signatures on P-256 a CPU second. */
function opensslSpeed(): { sign: number } {
  const { stdout } = spawnSync('openssl', ['speed', '-seconds', '2', 'ecdsap256'], { encoding: 'utf8' });
  const line = /nistp256\)\s+\S+\s+\S+\s+([\d.]+)\s+([\d.]+)/.exec(stdout);
  if (line === null) throw new Error('The program openssl says nothing of its speed.');
  return { sign: Number(line[1]) };
}
