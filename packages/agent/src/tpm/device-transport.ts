import { type FileHandle, open } from 'node:fs/promises';
import type { TpmTransport } from './transport.ts';
import { unreachable } from './unreachable.ts';

/** The kernel hands a response out in one read, and no TPM of a computer answers with more. */
const responseBytes = 4096;

/**
 * A TPM behind the kernel's driver: `/dev/tpmrm0`, whose resource manager keeps the objects of one opener from those of
 * another, or `/dev/tpm0`, which has one opener at a time.
 *
 * @throws KitenError `agent/tpm-unreachable`
 */
export async function openTpmDevice(path: string): Promise<TpmTransport> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r+');
  } catch (cause) {
    throw unreachable(path, cause);
  }
  return {
    async exchange(command) {
      try {
        // A device without positions: each read is for the write before it.
        await handle.write(command, 0, command.length, null);
        const { bytesRead, buffer } = await handle.read(
          new Uint8Array(responseBytes),
          0,
          responseBytes,
          null,
        );
        return buffer.subarray(0, bytesRead);
      } catch (cause) {
        throw unreachable(path, cause);
      }
    },
    close: () => handle.close(),
  };
}
