import type { View } from '../view.ts';

export const readingsView: View = {
  path: '/readings',
  title: { en: 'Readings', ja: '測定値' },
  place: 25,
  load: async () => (await import('./readings.tsx')).ReadingsView,
};
