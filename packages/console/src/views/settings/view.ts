import type { View } from '../view.ts';

export const settingsView: View = {
  path: '/settings',
  title: { en: 'Settings', ja: '設定' },
  place: 70,
  load: async () => (await import('./settings.tsx')).SettingsView,
};
