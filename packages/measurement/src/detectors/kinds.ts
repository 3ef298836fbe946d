import { KitenError } from '@kiten/codec';
import { allan } from './allan.ts';
import { cusum } from './cusum.ts';
import type { DetectorKind } from './detector.ts';
import { dynamicPca } from './dynamic-pca.ts';
import { freeze } from './freeze.ts';
import { gain } from './gain.ts';
import { gradient } from './gradient.ts';
import { grid } from './grid.ts';
import { histogram } from './histogram.ts';
import { level } from './level.ts';
import { mewma } from './mewma.ts';
import { noise } from './noise.ts';
import { ownPast } from './own-past.ts';
import { pca } from './pca.ts';
import { range } from './range.ts';
import { relation } from './relation.ts';
import { repeat } from './repeat.ts';
import { season } from './season.ts';
import { shape } from './shape.ts';
import { stateSpace } from './state-space.ts';
import { steadyTime } from './steady-time.ts';

const standard = [level, relation, mewma, pca, stateSpace, range, freeze, noise, grid, ownPast, gain, repeat];
const onDemand = [cusum, shape, allan, dynamicPca, season, gradient, steadyTime, histogram];

/** All that can be learned, by their names in a profile. */
export const detectorKinds: ReadonlyMap<string, DetectorKind<object>> = new Map(
  [...standard, ...onDemand].map((kind) => [kind.name, kind as unknown as DetectorKind<object>]),
);

/** Names of those that are learned unless others are asked for. */
export const standardDetectors: readonly string[] = standard.map(({ name }) => name);

/** Names of those that anybody would come to first: what the others are worth is seen beside them. */
export const baselines: readonly string[] = [range, gradient, steadyTime, histogram].map(({ name }) => name);

/** @throws KitenError `measurement/detector-unknown` */
export function kindsNamed(names: readonly string[]): DetectorKind<object>[] {
  return names.map((name) => {
    const kind = detectorKinds.get(name);
    if (kind !== undefined) return kind;
    throw new KitenError(
      'measurement/detector-unknown',
      `There is no detector “${name.slice(0, 40)}”, but ${[...detectorKinds.keys()].join(', ')}.`,
    );
  });
}
