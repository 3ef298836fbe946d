import type { View } from '../view.ts';
import { FleetView } from './fleet.tsx';

export const fleetView: View = {
  path: '/',
  title: { en: 'Fleet', ja: 'デバイス一覧' },
  place: 10,
  component: FleetView,
};
