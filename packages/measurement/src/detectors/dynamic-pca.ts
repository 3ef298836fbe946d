import type { DetectorKind } from './detector.ts';
import { lagsOf } from './lags.ts';
import { fitsPrincipal, learnPrincipal, type PrincipalModel, startPrincipal } from './principal.ts';

/** Sees rows that follow each other in an unusual way: principal components of rows that are joined with those before them. */
export const dynamicPca: DetectorKind<PrincipalModel> = {
  name: 'dynamic-pca',
  weight: 0.5,
  learn: (normal) => learnPrincipal(normal, lagsOf(normal)),
  fits: fitsPrincipal,
  start: (model, channels) => startPrincipal(model, channels, 'dynamic pca'),
};
