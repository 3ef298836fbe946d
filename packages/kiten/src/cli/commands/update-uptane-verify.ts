import { join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import {
  type DirectedImage,
  type EcuState,
  UptaneClient,
  type UptaneProfile,
  type VerifiedImage,
} from '@kiten/update';
import type { Command } from 'commander';
import { makeDirectory } from '../files.ts';
import { jsonOf, print, printJson, printTable } from '../output.ts';
import { systemSources } from '../system.ts';
import {
  readInventory,
  targetsBase,
  trustedRepository,
  type VehicleFile,
  withState,
} from '../uptane-files.ts';
import { verifyAsPartialSecondary } from '../uptane-partial.ts';

export const legacyHelp = 'speak as aktualizr and its servers do';
export const inventoryHelp = 'the vehicle and its ECUs, in JSON';

export interface ProfileOptions {
  readonly legacy?: boolean;
  readonly json?: boolean;
}

export const profileOf = ({ legacy }: ProfileOptions): UptaneProfile =>
  legacy === true ? 'legacy' : 'standard';

/** `kiten update uptane verify`: as a primary, or as a secondary that verifies fully or partially. */
export function verifyCommand(uptane: Command): void {
  uptane
    .command('verify')
    .description(
      'verify what a Director says to a vehicle against an Image repository, as its primary would; exits with 1 if it does not hold',
    )
    .requiredOption('--director <directory>', 'the Director’s metadata for this vehicle')
    .option('--image <directory>', 'the Image repository')
    .requiredOption('--inventory <file>', inventoryHelp)
    .option('--secondary <ecu>', 'verify as this ECU would, for itself alone')
    .option('--partial', 'with --secondary: the Director’s targets alone, without --image')
    .option('--director-root <file>', 'a root of the Director that came some other way; its first by default')
    .option(
      '--image-root <file>',
      'a root of the Image repository that came some other way; its first by default',
    )
    .option('--state <directory>', 'what the vehicle trusts, to be kept; begins anew unless given')
    .option('--out <directory>', 'fetch the images as well, from the Image repository’s targets')
    .option('--legacy', legacyHelp)
    .option('--json', 'print JSON')
    .action((options: VerifyOptions) => (options.partial === true ? partially(options) : fully(options)));
}

interface VerifyOptions extends ProfileOptions {
  readonly director: string;
  readonly image?: string;
  readonly inventory: string;
  readonly secondary?: string;
  readonly partial?: boolean;
  readonly directorRoot?: string;
  readonly imageRoot?: string;
  readonly state?: string;
  readonly out?: string;
}

async function fully(options: VerifyOptions): Promise<void> {
  const profile = profileOf(options);
  const file = await readInventory(options.inventory);
  const { vehicle } = file;
  const { version, images } = await withState(options.state, async (state) => {
    const directorRoot = { root: options.directorRoot, profile };
    const director = await trustedRepository(options.director, join(state, 'director'), directorRoot);
    const imageRoot = { root: options.imageRoot, profile };
    const image = await trustedRepository(given(options.image, '--image'), join(state, 'image'), imageRoot);
    const around = { verify: nodeVerify, clock: systemSources().clock, profile };
    const whose = { vehicle: vehicle.identifier, ...ecusOf(file, options.secondary) };
    const client = new UptaneClient({ ...whose, director, image, ...around });
    const update = await client.verify();
    if (options.out !== undefined) await fetchImages(client, update.images, options.out);
    return update;
  });
  if (options.json) return printJson({ vehicle: vehicle.identifier, version, images: images.map(imageJson) });
  print(`● both repositories agree on what ${vehicle.identifier} is to run, said in version ${version}`);
  return tellImages(images);
}

async function partially(options: VerifyOptions): Promise<void> {
  const ecu = given(options.secondary, '--secondary');
  const file = await readInventory(options.inventory);
  const { version, image } = await withState(options.state, (state) =>
    verifyAsPartialSecondary({
      ...{ director: options.director, directorRoot: options.directorRoot, state: join(state, 'director') },
      ...{ vehicle: file.vehicle.identifier, ecu, known: stateOf(file, ecu), profile: profileOf(options) },
    }),
  );
  const images = image === undefined ? [] : [image];
  if (options.json) return printJson({ ecu, version, images: images.map(imageJson) });
  print(`● the Director’s targets hold for ${ecu}, in version ${version}`);
  return tellImages(images);
}

function ecusOf(
  file: VehicleFile,
  secondary: string | undefined,
): { readonly ecus: ReadonlyMap<string, EcuState>; readonly role: 'primary' | 'secondary' } {
  if (secondary === undefined) return { ecus: file.ecus, role: 'primary' };
  return { ecus: new Map([[secondary, stateOf(file, secondary)]]), role: 'secondary' };
}

function stateOf({ ecus, vehicle }: VehicleFile, ecu: string): EcuState {
  const state = ecus.get(ecu);
  if (state !== undefined) return state;
  throw new KitenError('update/uptane-ecu-unknown', `The vehicle ${vehicle.identifier} has no ECU ${ecu}.`);
}

async function fetchImages(
  client: UptaneClient,
  images: readonly VerifiedImage[],
  directory: string,
): Promise<void> {
  await makeDirectory(directory);
  const where = { targetUrl: targetsBase, targetDirectory: directory };
  for (const image of images) await client.download(image, where);
}

const imageJson = ({ custom: _, ...image }: DirectedImage): unknown => jsonOf(image);

function tellImages(images: readonly DirectedImage[]): void {
  printTable(
    ['ECU', 'image', 'release', 'octets'],
    images.map(({ ecu, path, releaseCounter, length }) => [
      ecu,
      path,
      `${releaseCounter ?? '–'}`,
      `${length}`,
    ]),
  );
}

function given(value: string | undefined, option: string): string {
  if (value !== undefined) return value;
  throw new KitenError('kiten/option-missing', `This takes ${option}.`);
}
