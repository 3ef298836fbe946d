import type { Detector, DetectorKind } from './detector.ts';
import { Smoothing } from './smoothing.ts';

/** Sees a channel that leaves its mean, at once or slowly. There is nothing to learn beyond the standardisation. */
export const level: DetectorKind<Record<string, never>> = {
  name: 'level',
  weight: 3,
  learn: () => ({}),
  fits: (model): model is Record<string, never> => Object.keys(model).length === 0,
  start: (_, channels): Detector => {
    const smoothing = new Smoothing(channels, 'level');
    return {
      statistics: smoothing.statistics,
      bound: (most) => smoothing.bound(most),
      push: (row, into, at) => smoothing.push(row, into, at),
    };
  },
};
