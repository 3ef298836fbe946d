import type { View } from '../view.ts';

export const storyView: View = {
  path: '/story',
  title: { en: 'The story', ja: '物語' },
  load: async () => (await import('./story.tsx')).StoryView,
};
