import { KitenError } from '@kiten/codec';
import type { Command } from 'commander';
import { version } from '../../version.ts';
import { readIfThere } from '../files.ts';
import { print, printJson } from '../output.ts';

/** Beside the bundle, whichever of its files this is in. */
const places = ['kiten.cdx.json', '../kiten.cdx.json', '../../../dist/kiten.cdx.json'];

/** `kiten version`: which build this is, and what it is made of. */
export function versionCommand(program: Command): void {
  program
    .command('version')
    .description('which Kiten this is; with --sbom, every package that is in it')
    .option('--sbom', 'print the bill of materials (CycloneDX 1.6, JSON)')
    .option('--json', 'print JSON')
    .action(async (options: { sbom?: boolean; json?: boolean }) => {
      if (options.sbom === true) {
        process.stdout.write(await billOfMaterials());
        return;
      }
      const { node } = process.versions;
      if (options.json) printJson({ version, node, platform: process.platform, arch: process.arch });
      else print(`Kiten ${version}, Node ${node}, ${process.platform} ${process.arch}`);
    });
}

async function billOfMaterials(): Promise<string> {
  for (const place of places) {
    const text = await readIfThere(new URL(place, import.meta.url));
    if (text !== undefined) return text;
  }
  throw new KitenError('kiten/sbom-missing', 'There is no bill of materials: `npm run build` makes it.');
}
