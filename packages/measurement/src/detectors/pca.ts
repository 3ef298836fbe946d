import type { DetectorKind } from './detector.ts';
import { fitsPrincipal, learnPrincipal, type PrincipalModel, startPrincipal } from './principal.ts';

/** Sees a row that is unusual for all channels together: principal components. */
export const pca: DetectorKind<PrincipalModel> = {
  name: 'pca',
  weight: 1,
  learn: (normal) => learnPrincipal(normal, 0),
  fits: fitsPrincipal,
  start: (model, channels) => startPrincipal(model, channels, 'pca'),
};
