import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { missing } from './missing.ts';

const file = 'pkcs11/p11-kit-client.so';

/** Where distributions keep the module by which OpenSSL finds the agent. @throws KitenError `agent/software-missing` */
export async function findClientModule(): Promise<string> {
  const libraries = ['/usr/lib', '/usr/lib64', ...(await architectures())];
  for (const candidate of libraries.map((folder) => join(folder, file))) {
    if (await isThere(candidate)) return candidate;
  }
  throw missing.client();
}

/** Debian has a folder for each. */
async function architectures(): Promise<readonly string[]> {
  const names = await readdir('/usr/lib');
  return names.filter((name) => /-linux-(gnu|musl)/.test(name)).map((name) => join('/usr/lib', name));
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
