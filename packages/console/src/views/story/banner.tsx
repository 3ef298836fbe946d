import { language } from '../../i18n/language.ts';
import { route } from '../../state/navigation.ts';
import { story } from '../../state/story.ts';
import { storyView } from './view.ts';
import { words } from './words.ts';

/** What the story told last, above every view but its own. Nothing on a site that plays none. */
export function StoryBanner() {
  const { told, length } = story.value;
  const last = told.at(-1);
  if (last === undefined || route.value.path === storyView.path) return null;
  return (
    <aside class="story-banner" aria-live="polite">
      <span class="tag">{words.say('banner', { number: String(told.length), length: String(length) })}</span>
      <b>{last.title[language.value]}</b>
      <span>{last.happened[language.value]}</span>
      <a href={`#${storyView.path}`}>{words.say('read-on')}</a>
    </aside>
  );
}
