import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A segment file, as its name tells. */
export interface SegmentFile {
  /** Below the ledger's directory. */
  readonly name: string;
  /** The index of its first entry. */
  readonly firstIndex: number;
}

/** Where files are written before they get their name; what lies there counts for nothing. */
export const pendingDirectory = 'pending';

/** The name of the segment that starts with entry `firstIndex`. */
export function segmentName(firstIndex: number): string {
  return `segment-${String(firstIndex).padStart(16, '0')}`;
}

/** The segments of a ledger in the order of their entries. */
export async function listSegments(directory: string): Promise<SegmentFile[]> {
  const names = (await readdir(directory)).filter((name) => /^segment-[0-9]{16}$/.test(name)).sort();
  return names.map((name) => ({ name, firstIndex: Number(name.slice('segment-'.length)) }));
}

/** An empty directory for files that have no name yet; whatever a crash left in it is deleted. */
export async function clearPending(directory: string): Promise<string> {
  const path = join(directory, pendingDirectory);
  await rm(path, { recursive: true, force: true });
  await mkdir(path, { recursive: true, mode: 0o700 });
  return path;
}
