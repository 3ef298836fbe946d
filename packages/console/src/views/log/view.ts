import type { View } from '../view.ts';

export const logView: View = {
  path: '/log',
  title: { en: 'Log', ja: 'ログ' },
  place: 40,
  load: async () => (await import('./log.tsx')).LogView,
};
