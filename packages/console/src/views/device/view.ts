import type { View } from '../view.ts';

export const deviceView: View = {
  path: '/devices/:id',
  title: { en: 'Device', ja: 'デバイス' },
  load: async () => (await import('./device.tsx')).DeviceView,
};
