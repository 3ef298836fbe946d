import { readFile } from 'node:fs/promises';
import { KitenError } from '@kiten/codec';

/** Where the kernel hands out its logs. */
export interface MeasurementFiles {
  readonly bootLog: string;
  readonly imaLog: string;
}

export const kernelMeasurementFiles: MeasurementFiles = {
  bootLog: '/sys/kernel/security/tpm0/binary_bios_measurements',
  imaLog: '/sys/kernel/security/ima/binary_runtime_measurements',
};

/** As large as evidence may be; a file of the kernel has no size to ask for. */
const maximumBytes = 64 << 20;

/** @returns undefined if the kernel keeps no such log. @throws KitenError `agent/log-unreadable` */
export async function readMeasurements(path: string): Promise<Uint8Array | undefined> {
  let log: Buffer;
  try {
    log = await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KitenError(
      'agent/log-unreadable',
      `${path} cannot be read: the agent needs the right to read the kernel’s logs.`,
      { cause },
    );
  }
  if (log.length <= maximumBytes) return log;
  throw new KitenError('agent/log-unreadable', `${path} is larger than evidence may be.`);
}
