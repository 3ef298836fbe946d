import { matchPath, type Route, type RouteParameters } from '../route.ts';
import { accessView } from './access/view.ts';
import { attestationView } from './attestation/view.ts';
import { campaignsView } from './campaigns/view.ts';
import { decisionsView } from './decisions/view.ts';
import { deviceView } from './device/view.ts';
import { fleetView } from './fleet/view.ts';
import { guideView } from './guide/view.ts';
import { logView } from './log/view.ts';
import { policiesView } from './policies/view.ts';
import { readingsView } from './readings/view.ts';
import { settingsView } from './settings/view.ts';
import { storyView } from './story/view.ts';
import { trafficView } from './traffic/view.ts';
import type { View } from './view.ts';
import { whyView } from './why/view.ts';

/** All views of the console. A domain plugs in here: a folder with its `view.ts` and its words, and a line. */
export const views: readonly View[] = [
  fleetView,
  deviceView,
  whyView,
  policiesView,
  decisionsView,
  campaignsView,
  guideView,
  accessView,
  storyView,
  trafficView,
  readingsView,
  logView,
  attestationView,
  settingsView,
];

/** The views that the navigation offers, in its order. */
export const navigation: readonly View[] = views
  .filter(({ place }) => place !== undefined)
  .toSorted((left, right) => (left.place ?? 0) - (right.place ?? 0));

export interface FoundView {
  readonly view: View;
  readonly parameters: RouteParameters;
}

/** The view at an address; what is no view is the fleet. */
export function viewAt({ path }: Route): FoundView {
  for (const view of views) {
    const parameters = matchPath(view.path, path);
    if (parameters !== undefined) return { view, parameters };
  }
  return { view: fleetView, parameters: {} };
}
