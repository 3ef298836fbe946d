import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KitenError } from '@kiten/codec';
import { HashCheck } from '../metadata/hashes.ts';
import type { TargetFile } from '../metadata/model.ts';
import { pendingFile } from './durable-files.ts';

/** Whether a file is there already that is the target. */
export async function holdsTarget(directory: string, name: string, target: TargetFile): Promise<boolean> {
  const file = join(directory, name);
  try {
    const { size } = await stat(file);
    if (size !== target.length) return false;
    const check = new HashCheck(target.hashes);
    for await (const piece of createReadStream(file)) check.update(piece as Buffer);
    return check.holds();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new KitenError('update/file-unreadable', `${file} cannot be read.`, { cause });
  }
}

/**
 * Writes a target as it arrives and gives it its name when it has proved to be the one that its metadata describes;
 * until then, and if it is not, the file that is there stays as it is.
 *
 * @throws KitenError `update/target-mismatch`, `update/file-unwritable`, or what the pieces end in.
 */
export async function fillSlot(
  directory: string,
  name: string,
  target: TargetFile,
  pieces: AsyncIterable<Uint8Array>,
): Promise<void> {
  const file = await pendingFile(directory, name);
  try {
    const check = new HashCheck(target.hashes);
    let length = 0;
    for await (const piece of pieces) {
      check.update(piece);
      length += piece.length;
      await file.write(piece);
    }
    if (length !== target.length || !check.holds()) {
      throw new KitenError(
        'update/target-mismatch',
        'What was fetched has not the length and hashes of the target: it is another file.',
        { detail: { length, expected: target.length } },
      );
    }
    await file.keep();
  } finally {
    await file.discard();
  }
}
