import { readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { close, create, isMissing, syncData, syncDirectory, writeAt } from './disk.ts';
import { recordKind } from './record-kind.ts';
import { isSound, RecordReader, recordEnd } from './record-reader.ts';
import { RecordWriter, recordHeaderBytes } from './record-writer.ts';
import { damaged } from './segment-scan.ts';

/** From where on the log tells all about sessions and retained messages. */
export interface StateStart {
  /** The number of the frame. */
  readonly commit: number;
  /** What the next session and the next message were numbered then. */
  readonly nextSession: number;
  readonly nextMessage: number;
}

const fileName = 'state-start';

/** Before anything was said. */
const theBeginning: StateStart = { commit: 1, nextSession: 1, nextMessage: 1 };

/** @throws KitenError `gateway/store-damaged` */
export function readStateStart(directory: string): StateStart {
  const bytes = readFile(join(directory, fileName));
  if (bytes === undefined) return theBeginning;
  if (recordEnd(bytes, 0, bytes.length) !== bytes.length || !isSound(bytes, 0, bytes.length)) {
    throw damaged(fileName, 0, 'It does not match its checksum.');
  }
  const reader = new RecordReader().open(bytes, recordHeaderBytes, bytes.length);
  reader.byte();
  return { commit: reader.integer(), nextSession: reader.integer(), nextMessage: reader.integer() };
}

/** Replaces the file; it is on the disk when this resolves. */
export async function writeStateStart(directory: string, pending: string, start: StateStart): Promise<void> {
  const writer = new RecordWriter(64);
  writer.begin(recordKind.stateStart);
  writer.integer(start.commit);
  writer.integer(start.nextSession);
  writer.integer(start.nextMessage);
  writer.end();
  const path = join(pending, fileName);
  const fd = await create(path);
  try {
    await writeAt(fd, writer.bytes, 0);
    await syncData(fd);
  } finally {
    await close(fd);
  }
  await rename(path, join(directory, fileName));
  await syncDirectory(directory);
}

function readFile(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
