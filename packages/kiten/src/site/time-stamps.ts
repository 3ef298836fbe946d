import { existsSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Clock,
  encodeTimeStampRequest,
  encodeUtf8,
  grantedToken,
  KitenError,
  parseTimeStampResponse,
  parseTimeStampToken,
  verifyTimeStamp,
} from '@kiten/codec';
import { nodeVerify, sha256 } from '@kiten/identity';
import { parseCheckpoint } from '@kiten/ledger';
import { hashWith } from './hash-with.ts';
import { post } from './outbound.ts';
import type { Random } from './secrets.ts';

/** Who stamps checkpoints with a time that is not this site's own (RFC 3161). */
export interface TimeStampAuthority {
  readonly url: string;
  /** DER certificates that its chain may end in. */
  readonly roots: readonly Uint8Array[];
}

export interface TimeStampParts {
  /** Where tokens are kept: `SIZE.tst` beside the note that was stamped, `SIZE.note`. */
  readonly directory: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** One checkpoint with a stranger's word for when it was there. */
export interface StampedCheckpoint {
  readonly size: number;
  /** Milliseconds since the Unix epoch, by the authority's clock. */
  readonly time: number;
}

const nonceBytes = 16;

/**
 * Has a checkpoint's note text stamped, verifies the answer and keeps it. A log that has not grown is not stamped again:
 * the earliest time is the one that says most.
 *
 * @throws KitenError `codec/tsp-…`, `kiten/peer-…`, `kiten/time-stamp-refused`
 */
export async function stampCheckpoint(
  checkpoint: string,
  authority: TimeStampAuthority,
  { directory, clock, random }: TimeStampParts,
): Promise<StampedCheckpoint | undefined> {
  const { size, note } = parseCheckpoint(encodeUtf8(checkpoint));
  if (existsSync(join(directory, `${size}.tst`))) return undefined;
  const digest = sha256(encodeUtf8(note.text));
  const nonce = random(nonceBytes);
  const request = encodeTimeStampRequest({ digest, hash: 'SHA-256', nonce, certificates: true });
  const answer = await post(authority.url, request, { contentType: 'application/timestamp-query' });
  if (answer.status !== 200) {
    throw new KitenError('kiten/time-stamp-refused', `The time stamp authority answered ${answer.status}.`);
  }
  const token = grantedToken(parseTimeStampResponse(answer.body));
  const { time } = await verifyTimeStamp(token, {
    digest,
    nonce,
    roots: authority.roots,
    verify: nodeVerify,
    hash: hashWith,
    now: clock.now(),
  });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await putDurably(join(directory, `${size}.note`), encodeUtf8(checkpoint));
  await putDurably(join(directory, `${size}.tst`), token.der);
  return { size, time };
}

/** What verifying one kept time stamp found. */
export type StampFinding = StampedCheckpoint | { readonly size: number; readonly problem: KitenError };

/** Verifies the time stamps in a directory, offline, each over the note beside it. */
export async function verifyStamps(
  directory: string,
  roots: readonly Uint8Array[],
): Promise<readonly (StampFinding & { readonly note: string })[]> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const sizes = names.flatMap((name) => /^(\d{1,16})\.tst$/.exec(name)?.[1] ?? []).map(Number);
  const found: (StampFinding & { note: string })[] = [];
  for (const size of sizes.toSorted((left, right) => left - right)) {
    const note = await readFile(join(directory, `${size}.note`), 'utf8').catch(
      (error: NodeJS.ErrnoException) => {
        // A stamp on nothing: it does not hold, and the others are still looked at.
        if (error.code === 'ENOENT') return '';
        throw error;
      },
    );
    found.push({
      note,
      ...(await verifyStamp(await readFile(join(directory, `${size}.tst`)), size, note, roots)),
    });
  }
  return found;
}

async function verifyStamp(
  token: Uint8Array,
  size: number,
  note: string,
  roots: readonly Uint8Array[],
): Promise<StampFinding> {
  try {
    const checkpoint = parseCheckpoint(encodeUtf8(note));
    const digest = sha256(encodeUtf8(checkpoint.note.text));
    const options = { digest, roots, verify: nodeVerify, hash: hashWith };
    const { time } = await verifyTimeStamp(parseTimeStampToken(token), options);
    return { size: checkpoint.size, time };
  } catch (error) {
    if (error instanceof KitenError) return { size, problem: error };
    throw error;
  }
}

async function putDurably(path: string, bytes: Uint8Array): Promise<void> {
  const pending = `${path}.pending`;
  const file = await open(pending, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(pending, path);
}
