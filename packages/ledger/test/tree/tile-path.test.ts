import { describe, expect, it } from 'vitest';
import { partialTiles, tilePath } from '../../src/index.ts';

describe('tile paths of C2SP tlog-tiles', () => {
  it('split the index into groups of three digits', () => {
    expect(tilePath(0, 1_234_067, 256)).toBe('tile/0/x001/x234/067');
    expect(tilePath(3, 0, 256)).toBe('tile/3/000');
    expect(tilePath('entries', 1000, 256)).toBe('tile/entries/x001/000');
  });

  it('end in the width for a partial tile', () => {
    expect(tilePath(1, 1_234_067, 17)).toBe('tile/1/x001/x234/067.p/17');
  });

  it('are those of the example of 70,000 entries and of 256', () => {
    expect(partialTiles(70_000)).toEqual([
      { level: 0, index: 273, width: 112 },
      { level: 1, index: 1, width: 17 },
      { level: 2, index: 0, width: 1 },
    ]);
    expect(partialTiles(256)).toEqual([{ level: 1, index: 0, width: 1 }]);
    expect(partialTiles(0)).toEqual([]);
  });
});
