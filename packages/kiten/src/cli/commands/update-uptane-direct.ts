import { join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { loadSigner, nodeVerify } from '@kiten/identity';
import {
  type Assignment,
  Director,
  type FoundTarget,
  filesOfDirector,
  type ImageRules,
  parseImageRules,
  readMetadataFile,
  TufClient,
  verifyVehicleManifest,
} from '@kiten/update';
import type { Command } from 'commander';
import { makeDirectory, readBytes, writeBytes } from '../files.ts';
import { counted, print, printJson } from '../output.ts';
import { systemSources } from '../system.ts';
import { readAssignments, readInventory, trustedRepository, withState } from '../uptane-files.ts';

interface DirectOptions {
  readonly inventory: string;
  readonly manifest: string;
  readonly image: string;
  readonly imageRoot?: string;
  readonly root: string;
  readonly key: readonly string[];
  readonly out: string;
  readonly json?: boolean;
}

/** `kiten update uptane direct`: what a Director says to one vehicle, into a directory. */
export function directCommand(uptane: Command): void {
  uptane
    .command('direct <assignments>')
    .description(
      'say to a vehicle which images its ECUs are to run, by its manifest and what the Image repository has of them: {"engine": "engine/2.bin"}',
    )
    .requiredOption('--inventory <file>', 'the vehicle and its ECUs, in JSON')
    .requiredOption('--manifest <file>', 'what the vehicle reported last')
    .requiredOption('--image <directory>', 'the Image repository')
    .option('--image-root <file>', 'a root of it that came some other way; its first by default')
    .requiredOption('--root <file>', 'the Director’s root')
    .requiredOption('--key <files...>', 'private keys of its targets, snapshot and timestamp')
    .requiredOption('--out <directory>', 'where the metadata goes')
    .option('--json', 'print JSON')
    .action(direct);
}

async function direct(file: string, options: DirectOptions): Promise<void> {
  const wanted = await readAssignments(file);
  const { vehicle, ecus } = await readInventory(options.inventory);
  const { clock } = systemSources();
  const manifest = verifyVehicleManifest(await readBytes(options.manifest), vehicle, {
    ...{ verify: nodeVerify, now: clock.now() },
  });
  const installed = Array.from(manifest.reports.values(), (report) => report.installed.path);
  const images = await lookUp([...wanted.map(([, target]) => target), ...installed], options);
  const root = await readBytes(options.root);
  const signers = await Promise.all(options.key.map(loadSigner));
  const rules = new Map(Array.from(images, ([path, { custom }]) => [path, parseImageRules(custom)]));
  const director = new Director({ root, signers, clock, rulesOf: (path) => rules.get(path) });
  const assignments = wanted.map(([ecu, target]) => {
    return assignmentOf(
      ecu,
      images.get(target) ?? missing(target),
      rules.get(target)!,
      ecus.get(ecu)?.hardwareId ?? '',
    );
  });
  const said = director.metadataFor(vehicle, manifest, assignments);
  await makeDirectory(options.out);
  for (const [name, bytes] of [...filesOfDirector(said), ...rootFiles(root)]) {
    await writeBytes(join(options.out, name), bytes);
  }
  const { version } = said.targets;
  if (options.json)
    return printJson({
      out: options.out,
      vehicle: vehicle.identifier,
      version,
      assigned: Object.fromEntries(wanted),
    });
  return print(
    `${options.out}: ${counted(wanted.length, 'image', 'images')} for ${vehicle.identifier}, in version ${version}`,
  );
}

function rootFiles(root: Uint8Array): readonly (readonly [string, Uint8Array])[] {
  const { version } = readMetadataFile(root).signed;
  return [
    ['root.json', root],
    [`${String(version)}.root.json`, root],
  ];
}

/** What the Image repository says of these images; one that is installed may be listed no longer. */
async function lookUp(
  paths: readonly string[],
  options: DirectOptions,
): Promise<ReadonlyMap<string, FoundTarget>> {
  return withState(undefined, async (state) => {
    const place = await trustedRepository(options.image, join(state, 'image'), {
      ...{ root: options.imageRoot, profile: 'standard' },
    });
    const client = new TufClient({ ...place, verify: nodeVerify, clock: systemSources().clock });
    const found = new Map<string, FoundTarget>();
    for (const path of new Set(paths)) {
      const target = await client.find(path).catch((error: unknown) => {
        if (error instanceof KitenError && error.code === 'update/no-such-target') return undefined;
        throw error;
      });
      if (target !== undefined) found.set(path, target);
    }
    return found;
  });
}

function missing(target: string): never {
  throw new KitenError('update/no-such-target', `The Image repository has no ${target}.`);
}

function assignmentOf(ecu: string, target: FoundTarget, rules: ImageRules, hardwareId: string): Assignment {
  const { path, length, hashes } = target;
  if (!rules.hardwareIds.includes(hardwareId)) {
    throw new KitenError(
      'update/uptane-hardware-mismatch',
      `The image is for hardware ${rules.hardwareIds.join(', ')}; the ECU ${ecu} is ${hardwareId}.`,
    );
  }
  const { releaseCounter } = rules;
  return {
    ...{ ecu, target: path, length, hashes: Object.fromEntries(hashes), hardwareId },
    ...(releaseCounter !== undefined && { releaseCounter }),
  };
}
