import { type DeltaHeader, readHeader } from './header.ts';
import { PieceReader } from './piece-reader.ts';
import { readStreams, type SectionStreams } from './streams.ts';

/** What a delta consists of, whatever it may be worth. */
export interface DeltaDescription extends DeltaHeader {
  readonly sections: number;
  /** Octets of all sections: as they stand in the delta, and when they are decompressed. */
  readonly streams: Readonly<
    Record<keyof SectionStreams, { readonly packed: number; readonly whole: number }>
  >;
}

/**
 * Looks into a delta without its base and without decompressing it.
 *
 * @throws KitenError `update/delta-malformed`, `update/delta-truncated`, `update/delta-bomb`.
 */
export async function inspectDelta(delta: AsyncIterable<Uint8Array>): Promise<DeltaDescription> {
  const reader = new PieceReader(delta);
  try {
    const header = await readHeader(reader);
    const { target, sectionBytes } = header;
    const none = { packed: 0, whole: 0 };
    const streams = { instructions: none, runs: none, differences: none, extra: none };
    let sections = 0;
    for (let at = 0; at < target.length; at += sectionBytes) {
      await reader.varint();
      await reader.varint();
      const { lengths } = await readStreams(reader, Math.min(sectionBytes, target.length - at));
      for (const name of ['instructions', 'runs', 'differences', 'extra'] as const) {
        const { packed, whole } = lengths[name];
        streams[name] = { packed: streams[name].packed + packed, whole: streams[name].whole + whole };
      }
      sections += 1;
    }
    return { ...header, sections, streams };
  } finally {
    await reader.close();
  }
}
