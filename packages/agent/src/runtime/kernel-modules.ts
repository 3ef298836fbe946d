import type { KernelModule } from '@kiten/attestation';
import type { DeviceFiles } from './device-files.ts';
import { digestOfFile, type FileCache } from './file-cache.ts';
import { moduleSigner } from './module-signer.ts';

/** What the file of a module shows. */
export type ModuleFacts = Omit<KernelModule, 'name'>;

export async function factsOfModule(files: DeviceFiles, name: string): Promise<ModuleFacts> {
  const signer = await moduleSigner(name, (await files.bytes(name)) ?? Buffer.alloc(0));
  return { digest: await digestOfFile(files, name), ...(signer === undefined ? {} : { signer }) };
}

/** The modules that are loaded, by name, with the digest of their file and its signer. None for a kernel without modules. */
export async function readKernelModules(
  files: DeviceFiles,
  facts: FileCache<ModuleFacts>,
  release: string,
): Promise<readonly KernelModule[]> {
  const loaded = (await files.text('proc/modules'))?.match(/^\S+/gm) ?? [];
  if (loaded.length === 0) return [];
  const paths = await modulePaths(files, release);
  const modules: KernelModule[] = [];
  for (const name of loaded.toSorted()) {
    const path = paths.get(name);
    modules.push({ name, ...(path === undefined ? {} : await facts.of(path)) });
  }
  return modules;
}

/** `kernel/fs/ext4/ext4.ko.zst: kernel/lib/crc16.ko.zst` (depmod(8)); the kernel knows names with `_` only. */
async function modulePaths(files: DeviceFiles, release: string): Promise<ReadonlyMap<string, string>> {
  const paths = new Map<string, string>();
  const folder = `lib/modules/${release}`;
  for (const line of ((await files.text(`${folder}/modules.dep`)) ?? '').split('\n')) {
    const [file = ''] = line.split(':', 1);
    const [, name] = /([^/]+)\.ko(?:\.\w+)?$/.exec(file) ?? [];
    if (name === undefined) continue;
    paths.set(name.replaceAll('-', '_'), file.startsWith('/') ? file.slice(1) : `${folder}/${file}`);
  }
  return paths;
}
