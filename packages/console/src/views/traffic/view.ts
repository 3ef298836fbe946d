import type { View } from '../view.ts';

export const trafficView: View = {
  path: '/traffic',
  title: { en: 'Traffic', ja: '通信' },
  place: 20,
  load: async () => (await import('./traffic.tsx')).TrafficView,
};
