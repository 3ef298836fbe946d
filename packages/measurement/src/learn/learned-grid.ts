import { type GridModel, grid } from '../detectors/grid.ts';
import { type Grid, noGrid } from '../series/grid.ts';
import type { Profile } from './profile.ts';

/** The values that a channel was learned to say, as they are read. */
export function learnedGrid({ resolutions }: Pick<Profile, 'resolutions'>, channel: number): Grid {
  const [finest] = resolutions;
  const model = finest?.detectors.find(({ kind }) => kind === grid.name)?.model as GridModel | undefined;
  if (finest === undefined || model === undefined) return noGrid;
  const [mean, deviation] = [finest.standard.means[channel], finest.standard.deviations[channel]] as [
    number,
    number,
  ];
  return {
    step: (model.steps[channel] as number) * deviation,
    offset: mean + (model.offsets[channel] as number) * deviation,
  };
}
