import { KitenError } from '@kiten/codec';
import { BaseIndex } from './base-index.ts';
import { difference } from './difference.ts';
import { encodeHeader, type Measured } from './header.ts';
import { Likeness } from './likeness.ts';
import { type DeltaWindows, defaultDeltaWindows } from './limits.ts';
import { measure, type Positioned } from './positioned.ts';
import { describeSection } from './section.ts';
import { packStreams } from './streams.ts';
import { VarintWriter } from './varint.ts';

/** A file of which the length is known. */
export interface SizedFile extends Positioned {
  readonly length: number;
}

export interface CreateDeltaOptions {
  readonly windows?: Partial<DeltaWindows>;
  /** Called with octets of the target that have been described. */
  readonly onProgress?: (octets: number) => void;
}

/**
 * Describes a file by another one that devices have already, piece by piece. Memory is bounded by the windows: within
 * its window of the base each section of the target is described as well as it can be, and a base that fits into one
 * window is looked at as a whole.
 *
 * @throws KitenError `update/delta-source-changed` if a file changes meanwhile.
 */
export async function* createDelta(
  base: SizedFile,
  target: SizedFile,
  { windows, onProgress = () => undefined }: CreateDeltaOptions = {},
): AsyncGenerator<Uint8Array> {
  const { sectionBytes, windowBytes } = { ...defaultDeltaWindows, ...windows };
  const [measuredBase, measuredTarget] = [await measured(base), await measured(target)];
  yield encodeHeader({ base: measuredBase, target: measuredTarget, sectionBytes, windowBytes });
  const windowFor = await windowsOf(base, measuredBase, windowBytes);
  for (let at = 0; at < target.length; at += sectionBytes) {
    const section = await whole(target, at, Math.min(sectionBytes, target.length - at));
    const { start, index } = await windowFor(section, at / target.length);
    const instructions = [...difference(index, section, Math.max(0, at - start))];
    const place = new VarintWriter();
    place.add(start);
    place.add(instructions[0]?.base ?? 0);
    yield place.bytes();
    yield* await packStreams(describeSection(instructions, index.text, section));
    onProgress(section.length);
  }
}

interface Window {
  readonly start: number;
  readonly index: BaseIndex;
}

/** Finds the window for a section, and keeps the last one, which the next section most likely has too. */
async function windowsOf(
  base: SizedFile,
  measuredBase: Measured,
  windowBytes: number,
): Promise<(section: Uint8Array, share: number) => Promise<Window>> {
  const isWhole = base.length <= windowBytes;
  const likeness = isWhole ? undefined : await Likeness.of(base, measuredBase);
  const step = Math.ceil(windowBytes / 2);
  let last: Window | undefined;
  return async (section, share) => {
    const alike = likeness?.windowOf(section, step) ?? Math.floor((share * base.length) / step) * step;
    const start = isWhole ? 0 : alike;
    if (last?.start === start) return last;
    last = undefined;
    const length = Math.min(isWhole ? base.length : 2 * step, base.length - start);
    last = { start, index: new BaseIndex(await whole(base, start, length)) };
    return last;
  };
}

async function measured(file: SizedFile): Promise<Measured> {
  const found = await measure(file, file.length);
  return found.length === file.length ? found : changed();
}

async function whole(file: SizedFile, position: number, length: number): Promise<Uint8Array> {
  const octets = new Uint8Array(length);
  return (await file.read(position, octets)) === length ? octets : changed();
}

function changed(): never {
  throw new KitenError('update/delta-source-changed', 'A file became shorter while the delta was made.');
}
