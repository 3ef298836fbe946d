import type { View } from '../view.ts';

export const accessView: View = {
  path: '/settings/access',
  title: { en: 'Access', ja: 'アクセス' },
  place: 80,
  load: async () => (await import('./access.tsx')).AccessView,
};
