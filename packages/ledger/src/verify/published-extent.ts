import { join } from 'node:path';
import { type TileLevel, tileWidth } from '../tree/tile-path.ts';
import { namesIn } from './regular-file.ts';

/** How large the log must have been for its rightmost published tile to exist. */
export interface PublishedExtent {
  readonly size: number;
  /** That tile. */
  readonly file: string;
}

/** Looks at the last tile of each level. A tile is only published when its entries are on the disk. */
export async function publishedExtent(directory: string): Promise<PublishedExtent> {
  let extent: PublishedExtent = { size: 0, file: 'tile' };
  for (const name of await namesIn(join(directory, 'tile'))) {
    if (!/^(?:entries|[0-9]|[1-5][0-9]|6[0-3])$/.test(name)) continue;
    const found = await lastTile(directory, name === 'entries' ? name : Number(name));
    if (found !== undefined && found.size > extent.size) extent = found;
  }
  return extent;
}

async function lastTile(directory: string, level: TileLevel): Promise<PublishedExtent | undefined> {
  let path = `tile/${level}`;
  let index = 0;
  for (;;) {
    const names = await namesIn(join(directory, path));
    const deeper = last(names.filter((name) => /^x[0-9]{3}$/.test(name)));
    const name = deeper ?? last(names.filter((each) => /^[0-9]{3}(?:\.p)?$/.test(each)));
    if (name === undefined) return undefined;
    path += `/${name}`;
    index = index * 1000 + Number(name.replace(/^x|\.p$/g, ''));
    if (deeper === undefined) break;
  }
  const widths = path.endsWith('.p') ? await partialWidths(directory, path.slice(0, -2)) : [tileWidth];
  const width = widths.at(-1);
  if (width === undefined) return undefined;
  const size = (index * tileWidth + width) * tileWidth ** (level === 'entries' ? 0 : level);
  return { size, file: width === tileWidth ? path : `${path}/${width}` };
}

/** The widths of the partial tiles beside a full tile's path, ascending. */
export async function partialWidths(directory: string, fullPath: string): Promise<number[]> {
  const names = await namesIn(join(directory, `${fullPath}.p`));
  const widths = names.filter((name) => /^[1-9][0-9]{0,2}$/.test(name)).map(Number);
  return widths.filter((width) => width < tileWidth).sort((a, b) => a - b);
}

function last(names: string[]): string | undefined {
  return names.sort().at(-1);
}
