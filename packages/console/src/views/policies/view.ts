import type { View } from '../view.ts';

export const policiesView: View = {
  path: '/policies',
  title: { en: 'Policies', ja: 'ポリシー' },
  place: 30,
  load: async () => (await import('./policies.tsx')).PoliciesView,
};
