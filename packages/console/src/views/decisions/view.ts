import type { View } from '../view.ts';

export const decisionsView: View = {
  path: '/decisions',
  title: { en: 'Decisions', ja: '判断' },
  place: 50,
  load: async () => (await import('./decisions.tsx')).DecisionsView,
};
