import { frameHeaderBytes, frameLayout, readFrameHeader, recordLengthBytes } from '../src/segment/frame.ts';
import { Group } from '../src/segment/group.ts';
import { segmentHeaderBytes } from '../src/segment/segment-header.ts';

const ignore = (): void => undefined;

/** A frame of a segment, for tests that rearrange them. */
export interface FrameInFile {
  readonly offset: number;
  readonly end: number;
  readonly firstIndex: number;
  readonly bytes: Buffer;
  /** Where its records lie in the file. */
  readonly records: { start: number; end: number }[];
}

export function framesOf(segment: Buffer): FrameInFile[] {
  const frames: FrameInFile[] = [];
  for (let offset = segmentHeaderBytes; offset < segment.length; ) {
    const header = readFrameHeader(segment.subarray(offset));
    if (header === undefined) break;
    const end = offset + frameLayout(header.count, header.recordBytes).end;
    const records: { start: number; end: number }[] = [];
    for (let at = offset + frameHeaderBytes; records.length < header.count; ) {
      const next = at + recordLengthBytes + segment.readUInt16BE(at);
      records.push({ start: at, end: next });
      at = next;
    }
    frames.push({
      offset,
      end,
      firstIndex: header.firstIndex,
      bytes: segment.subarray(offset, end),
      records,
    });
    offset = end;
  }
  return frames;
}

/** A segment with other entries in it, everything in it recomputed, as someone who knows the format would. */
export function segmentOf(header: Buffer, groups: readonly (readonly Uint8Array[])[]): Buffer {
  const parts: Buffer[] = [header.subarray(0, segmentHeaderBytes)];
  let chain: Uint8Array = header.subarray(56, 88);
  let index = 0;
  for (const entries of groups) {
    const group = new Group();
    for (const entry of entries) group.add(entry, ignore, ignore);
    const sealed = group.seal(index, chain);
    parts.push(Buffer.from(sealed.frame));
    chain = sealed.chain;
    index += entries.length;
  }
  return Buffer.concat(parts);
}
