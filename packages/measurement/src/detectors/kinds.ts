import type { DetectorKind } from './detector.ts';
import { freeze } from './freeze.ts';
import { level } from './level.ts';
import { noise } from './noise.ts';
import { range } from './range.ts';
import { relation } from './relation.ts';

/** All that are learned, by their names in a profile. */
export const detectorKinds: ReadonlyMap<string, DetectorKind<object>> = new Map(
  [level, relation, range, freeze, noise].map((kind) => [kind.name, kind as unknown as DetectorKind<object>]),
);
