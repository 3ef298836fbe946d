import {
  type AuditPath,
  decodeWriterCheckpoint,
  inclusionProof,
  type Ledger,
  leafHash,
  type NestedProof,
  parseCheckpoint,
  rangeHashOf,
  type WriterCheckpoint,
  writerOrigin,
} from '../../src/index.ts';
import { allEntries, openTestLedger, origin, signer, temporaryDirectory, testSigner } from '../support.ts';

export const writerSigner = testSigner(7);
export const writer = { name: 'gateway-1', publicKeys: [writerSigner.publicKey] };
export const writerLog = { origin: writerOrigin(origin, writer.name), publicKeys: writer.publicKeys };
export const site = { origin, publicKeys: [signer.publicKey] };

export async function openWriterLedger(
  directory: string,
  onCheckpoint?: (checkpoint: { text: string }) => void,
): Promise<Ledger> {
  return openTestLedger(directory, {
    origin: writerLog.origin,
    signer: writerSigner,
    ...(onCheckpoint && { onCheckpoint }),
  });
}

export async function openSiteLedger(): Promise<Ledger> {
  return openTestLedger(await temporaryDirectory());
}

/** The writer's checkpoints in the site's log, which may hold other entries. */
export async function checkpointsIn(ledger: Ledger): Promise<WriterCheckpoint[]> {
  return (await allEntries(ledger)).filter((entry) => entry[0] === 0xa5).map(decodeWriterCheckpoint);
}

/** The proof for an entry of the writer's log, by the writer's checkpoint at `place` in the site's. */
export async function proveNested(
  writerLedger: Ledger,
  siteLedger: Ledger,
  index: number,
  place: number,
): Promise<NestedProof> {
  const writerCheckpoint = await siteLedger.entryAt(place);
  const siteCheckpoint = siteLedger.checkpoint();
  return {
    inWriter: await pathIn(writerLedger, index, decodeWriterCheckpoint(writerCheckpoint).size),
    writerCheckpoint,
    inSite: await pathIn(siteLedger, place, parseCheckpoint(Buffer.from(siteCheckpoint)).size),
    siteCheckpoint,
  };
}

/** The path of an entry in the tree of the log's first `size`. */
export async function pathIn(ledger: Ledger, index: number, size: number): Promise<AuditPath> {
  const leaves = (await allEntries(ledger, 0, size)).map(leafHash);
  return { index, path: inclusionProof(index, size, rangeHashOf(leaves)) };
}
