import { mkdir, realpath } from 'node:fs/promises';
import { KitenError } from '@kiten/codec';
import { verifyEd25519 } from './ed25519.ts';
import { Ledger } from './ledger.ts';
import type { LedgerOptions } from './ledger-options.ts';
import { isKeyName, noteKeyId } from './note/signed-note.ts';
import { PublishedTree } from './publish/published-tree.ts';
import { type Published, Publisher } from './publish/publisher.ts';
import { type Recovered, recover } from './recover.ts';
import { isDiskFull, writeError } from './segment/disk.ts';
import type { LogHead } from './segment/group-commit.ts';
import { clearPending, segmentName } from './segment/segment-files.ts';
import { originHashOf, segmentHeaderBytes } from './segment/segment-header.ts';
import { type SegmentOptions, SegmentWriter } from './segment/segment-writer.ts';

const openDirectories = new Set<string>();

/**
 * Opens the ledger in a directory, making it if there is none, and brings it into order after a crash.
 *
 * @throws KitenError `ledger/in-use` when this process has it open; `ledger/origin-unsuitable`;
 * `ledger/key-unsuitable`; what `recover` throws when the files aren't as they were left; `ledger/disk-full`;
 * `ledger/open-failed`.
 */
export async function openLedger(options: LedgerOptions): Promise<Ledger> {
  if (!isKeyName(options.origin)) {
    throw new KitenError('ledger/origin-unsuitable', 'An origin has neither spaces nor plus signs in it.');
  }
  noteKeyId(options.origin, options.signer.publicKey);
  const directory = await makeDirectory(options.directory);
  if (openDirectories.has(directory)) {
    throw new KitenError('ledger/in-use', `The ledger in ${directory} is open already.`);
  }
  openDirectories.add(directory);
  try {
    return await openIn(directory, options);
  } catch (cause) {
    openDirectories.delete(directory);
    throw openError(cause);
  }
}

async function openIn(directory: string, options: LedgerOptions): Promise<Ledger> {
  await clearPending(directory);
  const { origin, signer, previousKeys = [] } = options;
  const originHash = originHashOf(origin);
  const publicKeys = [signer.publicKey, ...previousKeys];
  const recovered = await recover({ directory, origin, originHash, publicKeys, verify: verifyEd25519 });
  const { segmentBytes = 67_108_864, preallocateBytes = 4_194_304 } = options;
  const segments = { directory, originHash, segmentBytes, preallocateBytes };
  const publisher = new Publisher(
    { ...options, directory, originHash },
    recovered?.published ?? unpublished(originHash),
  );
  if (recovered === undefined) await publisher.publish({ size: 0, chain: originHash });
  const writer = await openWriter(segments, recovered);
  const head = recovered === undefined ? { size: 0, chain: originHash } : headOf(recovered);
  const release = (): void => void openDirectories.delete(directory);
  return new Ledger({ options, directory, writer, publisher, head, tornTail: recovered?.tornTail, release });
}

function openWriter(segments: SegmentOptions, recovered: Recovered | undefined): Promise<SegmentWriter> {
  return recovered === undefined
    ? SegmentWriter.create(segments, 0, segments.originHash)
    : SegmentWriter.resume(segments, recovered.end);
}

function headOf({ end }: Recovered): LogHead {
  return { size: end.index, chain: end.chain };
}

function unpublished(originHash: Uint8Array): Published {
  const position = { name: segmentName(0), offset: segmentHeaderBytes, index: 0, chain: originHash };
  return { tree: PublishedTree.empty(), position, checkpoint: '' };
}

async function makeDirectory(path: string): Promise<string> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    return await realpath(path);
  } catch (cause) {
    throw openError(cause);
  }
}

function openError(cause: unknown): KitenError {
  if (cause instanceof KitenError || isDiskFull(cause)) return writeError(cause);
  return new KitenError('ledger/open-failed', 'The ledger could not be opened.', { cause });
}
