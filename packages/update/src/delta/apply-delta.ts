import { createHash } from 'node:crypto';
import { equalBytes, KitenError, toHex } from '@kiten/codec';
import { BasePages } from './base-pages.ts';
import { type DeltaHeader, type Measured, readHeader } from './header.ts';
import { type DeltaLimits, defaultDeltaLimits } from './limits.ts';
import { PieceReader } from './piece-reader.ts';
import { measure, type Positioned } from './positioned.ts';
import { carryOut } from './section.ts';
import { readStreams, unpackStreams } from './streams.ts';

export interface ApplyDeltaOptions {
  readonly limits?: Partial<DeltaLimits>;
  /** The file that the delta has to make: who vouches for it is the caller’s to know. */
  readonly expected?: Measured;
}

/**
 * Makes the target of a delta from its base, piece by piece, in bounded memory. The base is verified before the first
 * piece. Whoever writes the pieces must not use them before the last one has come and the generator has returned
 * without an error: only then the whole has the hash that the delta declares. The pieces share their memory.
 *
 * @throws KitenError `update/delta-wrong-base`, `update/delta-other-target`, `update/delta-bomb`,
 * `update/delta-truncated`, `update/delta-overlong`, `update/delta-malformed`, `update/delta-mismatch`.
 */
export async function* applyDelta(
  delta: AsyncIterable<Uint8Array>,
  base: Positioned,
  options: ApplyDeltaOptions = {},
): AsyncGenerator<Uint8Array> {
  const reader = new PieceReader(delta);
  try {
    const header = await readHeader(reader);
    checkHeader(header, options);
    await checkBase(base, header.base);
    const hash = createHash('sha256');
    for await (const piece of sectionsOf(reader, header, base)) {
      hash.update(piece);
      yield piece;
    }
    if (!(await reader.isAtEnd())) {
      throw new KitenError('update/delta-overlong', 'Something stands behind the end of the delta.');
    }
    if (equalBytes(new Uint8Array(hash.digest()), header.target.sha256)) return;
    throw new KitenError('update/delta-mismatch', 'What the delta makes is not the file that it declares.');
  } finally {
    await reader.close();
  }
}

async function* sectionsOf(
  reader: PieceReader,
  { base: { length }, target, sectionBytes, windowBytes }: DeltaHeader,
  base: Positioned,
): AsyncGenerator<Uint8Array> {
  const pages = new BasePages(base);
  for (let made = 0; made < target.length; made += sectionBytes) {
    const targetBytes = Math.min(sectionBytes, target.length - made);
    const [windowStart, from] = [await reader.varint(), await reader.varint()];
    const windowEnd = Math.min(length, windowStart + windowBytes);
    const streams = await unpackStreams(await readStreams(reader, targetBytes));
    yield* carryOut(streams, pages, { windowStart, windowEnd, from: windowStart + from, targetBytes });
  }
}

function checkHeader({ target, sectionBytes }: DeltaHeader, { limits, expected }: ApplyDeltaOptions): void {
  const most = { ...defaultDeltaLimits, ...limits };
  if (
    expected !== undefined &&
    (expected.length !== target.length || !equalBytes(expected.sha256, target.sha256))
  ) {
    throw new KitenError(
      'update/delta-other-target',
      'The delta makes another file than the one that is wanted.',
    );
  }
  if (target.length <= most.targetBytes && Math.min(sectionBytes, target.length) <= most.sectionBytes) return;
  throw new KitenError(
    'update/delta-bomb',
    `The delta declares a target of ${target.length} octets in sections of ${sectionBytes}; ${most.targetBytes} and ${most.sectionBytes} are the most that is taken.`,
    { detail: { targetBytes: target.length, sectionBytes } },
  );
}

async function checkBase(base: Positioned, declared: Measured): Promise<void> {
  const found = await measure(base, declared.length);
  if (found.length === declared.length && equalBytes(found.sha256, declared.sha256)) return;
  throw new KitenError(
    'update/delta-wrong-base',
    'The delta begins from another base than the one at hand.',
    {
      detail: { expected: toHex(declared.sha256), found: toHex(found.sha256) },
    },
  );
}
