import { injectedKinds } from '../inject/faults.ts';

/**
 * What may have been done to a sensor or to what it says.
 *
 * | | |
 * | --- | --- |
 * | `bias` | another value is added, at once |
 * | `drift` | what is added grows |
 * | `freeze` | one value is held |
 * | `gain` | what the sensor sees is told larger or smaller than it is |
 * | `replacement` | another sensor in its place: other noise, another grid of values |
 * | `noise` | disturbed or jammed |
 * | `alias` | a vibration, sound or interference that sampling folds down |
 * | `replay` | what was said before is said again |
 * | `swap` | two sensors answer for each other |
 * | `jump` | single readings that are out of place |
 * | `forgery` | somebody else says it: a signature does not hold |
 * | `silence` | it says nothing for longer, or more often, than it ever did |
 * | `disagreement` | sensors contradict each other, and which one lies does not show |
 * | `unknown` | none of these |
 */
export const faultKinds = [
  ...injectedKinds,
  'jump',
  'forgery',
  'silence',
  'disagreement',
  'unknown',
] as const;

export type FaultKind = (typeof faultKinds)[number];
