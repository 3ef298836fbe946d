import type { View } from '../view.ts';

export const guideView: View = {
  path: '/add-device',
  title: { en: 'Add a device', ja: 'デバイスの追加' },
  place: 80,
  load: async () => (await import('./guide.tsx')).GuideView,
};
