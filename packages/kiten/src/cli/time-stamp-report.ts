import { decodePem, encodeUtf8, equalBytes } from '@kiten/codec';
import { nodeVerify } from '@kiten/identity';
import { parseCheckpoint, TileReader, type TileSource, verifyNote } from '@kiten/ledger';
import { verifyStamps } from '../site/time-stamps.ts';
import { trustedHead } from '../site/trusted-head.ts';
import { readText } from './files.ts';
import { counted, showTime } from './output.ts';

interface Stamp {
  readonly size: number;
  /** Milliseconds since the Unix epoch, by the authority's clock. */
  readonly time?: number;
  readonly problem?: string;
}

/** What verifying time stamps found, for programs and for people. */
export interface StampReport {
  readonly stamps: readonly Stamp[];
  readonly lines: readonly string[];
}

/** The log that the stamped checkpoints should be of. */
export interface StampedLog {
  readonly origin: string;
  readonly publicKeys: readonly Uint8Array[];
  readonly source: TileSource;
}

/** Verifies the time stamps in a directory under the roots in a PEM file, and that the log had what was stamped. */
export async function stampsIn(directory: string, rootsFile: string, log: StampedLog): Promise<StampReport> {
  const roots = decodePem(await readText(rootsFile))
    .filter(({ label }) => label === 'CERTIFICATE')
    .map(({ der }) => der);
  const reader = new TileReader(log.source, await trustedHead(log.source));
  const stamps: Stamp[] = [];
  for (const found of await verifyStamps(directory, roots)) {
    const { size } = found;
    if ('problem' in found) stamps.push({ size, problem: found.problem.code });
    else if (await isOf(log, reader, found.note)) stamps.push({ size, time: found.time });
    else stamps.push({ size, problem: 'kiten/time-stamp-of-another-log' });
  }
  return { stamps, lines: stamps.map(lineOf) };
}

/** Whether a stamped note is a checkpoint of this log, and the log still holds what it was signed for. */
async function isOf({ origin, publicKeys }: StampedLog, reader: TileReader, text: string): Promise<boolean> {
  const { note, size, root, ...head } = parseCheckpoint(encodeUtf8(text));
  if (head.origin !== origin || size > reader.size) return false;
  const isSigned = publicKeys.some((key) => verifyNote(note, origin, key, nodeVerify));
  return isSigned && equalBytes(await reader.rootOf(size), root);
}

function lineOf({ size, time, problem }: Stamp): string {
  const entries = counted(size, 'entry', 'entries');
  return problem === undefined
    ? `● ${entries} were there at ${showTime(time)} UTC, by a time stamp`
    : `✖ the time stamp on ${entries} does not hold (${problem})`;
}
