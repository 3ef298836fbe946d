import type { View } from '../view.ts';

export const whyView: View = {
  path: '/devices/:id/why/:claim',
  title: { en: 'Why', ja: 'なぜ' },
  load: async () => (await import('./why.tsx')).WhyView,
};
