import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KitenError, toHex } from '@kiten/codec';
import {
  type ComponentIdentifier,
  componentKey,
  defaultSuitLimits,
  type InstalledManifest,
  measure,
  piecesOf,
  positionedFile,
  processUpdate,
  type SuitStorage,
  type SuitTransaction,
  type SuitTrust,
} from '@kiten/update';
import type { SuitContent } from './image.ts';
import { writePieces } from './installer/durable.ts';

/** Whose manifests are taken, and what device they have to be for. */
export interface SuitPorts {
  readonly trust: SuitTrust;
  readonly vendor: Uint8Array;
  readonly model: Uint8Array;
  /** The device’s software, as manifests name it: it has this one component. */
  readonly component: ComponentIdentifier;
  /** Fetches what a manifest names. */
  readonly fetch: (uri: string, maxBytes: number) => AsyncIterable<Uint8Array>;
}

const contentName = 'suit-content';
/** A device holds an envelope in memory, with what is integrated in it. */
const limits = { ...defaultSuitLimits, envelopeBytes: 16 * 1024 ** 2 };

/** Tag 107, as each envelope begins (draft-ietf-suit-manifest §8.2). */
export async function isEnvelope(file: string): Promise<boolean> {
  await using handle = await open(file, 'r');
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0xd8 && buffer[1] === 0x6b;
}

/**
 * Processes an envelope (draft-ietf-suit-manifest §6): what it brings is staged, verified as its manifest says, and handed
 * on when all of that holds.
 *
 * @param running what the device runs, if that came by a manifest.
 * @param take puts it into a slot.
 * @throws KitenError `update/suit-…`, `agent/suit-…`, or what `take` throws. Nothing was handed on then.
 */
export async function processEnvelope(
  file: string,
  directory: string,
  running: SuitContent | undefined,
  ports: SuitPorts,
  take: (content: SuitContent, file: string) => Promise<void>,
): Promise<void> {
  const octets = await envelopeIn(file);
  const device = {
    identity: () => ({ vendors: [ports.vendor], classes: [ports.model] }),
    fetch: ports.fetch,
  };
  const storage = storageOf(join(directory, contentName), running, ports.component, take);
  await processUpdate(octets, { trust: ports.trust, device, storage, limits });
}

async function envelopeIn(file: string): Promise<Uint8Array> {
  await using handle = await open(file, 'r');
  const { size } = await handle.stat();
  if (size <= limits.envelopeBytes) return handle.readFile();
  throw new KitenError(
    'agent/suit-too-large',
    `A device takes envelopes of ${limits.envelopeBytes} octets at most.`,
  );
}

function storageOf(
  file: string,
  running: SuitContent | undefined,
  component: ComponentIdentifier,
  take: (content: SuitContent, file: string) => Promise<void>,
): SuitStorage {
  const has = (other: ComponentIdentifier) => componentKey(other) === componentKey(component);
  const installed: InstalledManifest | undefined = running && {
    sequenceNumber: running.sequenceNumber,
    digest: { algorithm: 'sha256', bytes: Buffer.from(running.manifest, 'hex') },
  };
  return {
    has,
    installed: async () => installed,
    begin: async () => {
      await rm(file, { force: true });
      return transactionOf(file, has, take);
    },
  };
}

function transactionOf(
  file: string,
  has: (component: ComponentIdentifier) => boolean,
  take: (content: SuitContent, file: string) => Promise<void>,
): SuitTransaction {
  let staged: FileHandle | undefined;
  const length = async (handle: FileHandle) => (await handle.stat()).size;
  const discard = async () => {
    await staged?.close();
    staged = undefined;
    await rm(file, { force: true });
  };
  return {
    has,
    read: async () => staged && piecesOf(positionedFile(staged), await length(staged)),
    async write(_, pieces) {
      await discard();
      staged = await open(file, 'wx+', 0o600);
      await writePieces(staged, pieces);
      await staged.sync();
    },
    swap: async () => {
      throw new KitenError(
        'agent/suit-unsupported',
        'The device has one component: there is nothing to swap it with.',
      );
    },
    async commit([root]) {
      if (staged === undefined || root === undefined) {
        throw new KitenError('agent/suit-nothing-brought', 'The manifest brings nothing for the device.');
      }
      const measured = await measure(positionedFile(staged), await length(staged));
      const { sequenceNumber, digest } = root;
      const content = { length: measured.length, sha256: toHex(measured.sha256), sequenceNumber };
      await take({ ...content, manifest: toHex(digest.bytes) }, file);
      await discard();
    },
    discard,
    async suspend() {
      await staged?.close();
    },
  };
}
