import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseCertificate } from '@kiten/codec';
import type { IdevidAdmission, IdevidIdentity, ManufacturerRoot } from '@kiten/identity';
import { isDeviceId, parseDeviceId } from '@kiten/trust';
import type { Manufacturer } from '../config/configuration.ts';
import { certificateIn } from './certificate-files.ts';

/** The manufacturers that a site trusts, and what their devices may become here. */
export interface Manufacturers {
  readonly roots: readonly ManufacturerRoot[];
  /** PEM of each root, for the TLS port to name when it asks for a certificate. */
  readonly pem: readonly string[];
  /** The device that a verified manufacturer identity may come in as: named by its serial number, else its CN. */
  admit(identity: IdevidIdentity): IdevidAdmission | undefined;
}

export async function openManufacturers(
  directory: string,
  configured: readonly Manufacturer[],
  mustKnowGroup: (group: string) => void,
): Promise<Manufacturers> {
  for (const { group } of configured) mustKnowGroup(group);
  const files = configured.map(({ root }) => resolve(directory, root));
  const roots = await Promise.all(
    configured.map(async ({ name }, index) => ({
      name,
      certificate: parseCertificate(await certificateIn(files[index] ?? '')),
    })),
  );
  return {
    roots,
    pem: await Promise.all(files.map((file) => readFile(file, 'utf8'))),
    admit({ manufacturer, serialNumber, commonName }) {
      const name = serialNumber ?? commonName;
      const found = configured.find((one) => one.name === manufacturer);
      if (found === undefined || !isDeviceId(name)) return undefined;
      return { device: parseDeviceId(name), groups: [found.group], pinned: false, readmits: true };
    },
  };
}
