import type { DetectorKind } from './detector.ts';
import { freeze } from './freeze.ts';
import { grid } from './grid.ts';
import { level } from './level.ts';
import { noise } from './noise.ts';
import { ownPast } from './own-past.ts';
import { range } from './range.ts';
import { relation } from './relation.ts';
import { repeat } from './repeat.ts';

/** All that are learned, by their names in a profile. */
export const detectorKinds: ReadonlyMap<string, DetectorKind<object>> = new Map(
  [level, relation, range, freeze, noise, grid, ownPast, repeat].map((kind) => [
    kind.name,
    kind as unknown as DetectorKind<object>,
  ]),
);
