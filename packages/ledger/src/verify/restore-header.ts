import {
  chainHashInto,
  type FrameHeader,
  frameHeaderBytes,
  frameLayout,
  maxFrameEntries,
  writeFrameHeader,
} from '../segment/frame.ts';
import { recordAt } from '../segment/read-frame.ts';
import { hashBytes } from '../tree/hashing.ts';

/** A header that makes the frame fill the region and the chain hold, if there is one. */
export function restoreHeader(
  region: Buffer,
  index: number,
  chains: readonly Uint8Array[],
): FrameHeader | undefined {
  const bytes = Buffer.from(region);
  const chain = Buffer.alloc(hashBytes);
  let at = frameHeaderBytes;
  for (let count = 1; count <= maxFrameEntries; count += 1) {
    const record = recordAt(region, at, region.length);
    if (record === undefined) return undefined;
    at = record.end;
    const header = { firstIndex: index, count, recordBytes: at - frameHeaderBytes };
    const layout = frameLayout(count, header.recordBytes);
    if (layout.end !== region.length) continue;
    writeFrameHeader(header, bytes);
    for (const before of chains) {
      chainHashInto(before, bytes, bytes.subarray(layout.leaves, layout.chain), chain, 0);
      if (chain.compare(bytes, layout.chain, layout.end) === 0) return header;
    }
  }
  return undefined;
}
