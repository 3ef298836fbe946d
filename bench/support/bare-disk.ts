// What the disk can do at best, in a folder: beside it stands what is built on it.
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** How often a second 200 bytes are written and synced, again and again into a file that is full already. */
export function bareSyncs(directory: string, milliseconds: number): number {
  const record = Buffer.alloc(200, 0x6b);
  const fd = openSync(join(directory, 'bare'), 'w+');
  writeSync(fd, Buffer.alloc(4_194_304));
  fdatasyncSync(fd);
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < milliseconds; count++) {
    writeSync(fd, record, 0, record.length, (count * record.length) % 4_000_000);
    fdatasyncSync(fd);
  }
  closeSync(fd);
  return (count * 1000) / (performance.now() - start);
}

/** Bytes a second, written front to back and synced at the end. */
export function bareBandwidth(directory: string): number {
  const block = Buffer.alloc(1_048_576, 0x6b);
  const fd = openSync(join(directory, 'bare'), 'w');
  const start = performance.now();
  for (let count = 0; count < 128; count++) writeSync(fd, block);
  fdatasyncSync(fd);
  const seconds = (performance.now() - start) / 1000;
  closeSync(fd);
  return (128 * block.length) / seconds;
}
