import type { View } from '../view.ts';

export const campaignsView: View = {
  path: '/campaigns',
  title: { en: 'Updates', ja: '更新' },
  place: 55,
  load: async () => (await import('./campaigns.tsx')).CampaignsView,
};
