import { Command } from '../../components/command.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { ViewHeading } from '../../components/heading.tsx';
import { Time } from '../../components/time.tsx';
import { language } from '../../i18n/language.ts';
import { deviceAddress } from '../../route.ts';
import { type Chapter, story } from '../../state/story.ts';
import { words } from './words.ts';

/** All that a demonstration has told, the newest first. */
export function StoryView() {
  const { told, length } = story.value;
  const state = told.length === 0 ? 'waiting' : told.length < length ? 'more' : 'over';
  return (
    <div class="story">
      <div class="view-head">
        <ViewHeading>{words.say('title')}</ViewHeading>
      </div>
      <p class="soft">{words.say('lead')}</p>
      <p class="notice">{words.say(state)}</p>
      <ol reversed>
        {told.toReversed().map((chapter, index) => (
          <Told key={chapter.id} chapter={chapter} number={told.length - index} length={length} />
        ))}
      </ol>
    </div>
  );
}

function Told({ chapter, number, length }: { chapter: Chapter; number: number; length: number }) {
  const { id, at, title, happened, device, commands } = chapter;
  const now = language.value;
  return (
    <li class="chapter" aria-labelledby={`chapter-${id}`}>
      <p class="soft">
        {words.say('chapter', { number: String(number), length: String(length) })} · <Time at={at} />
      </p>
      <h2 id={`chapter-${id}`}>{title[now]}</h2>
      <p>{happened[now]}</p>
      <dl>
        {(['why', 'done', 'next'] as const).map((part) => (
          <div key={part}>
            <dt>{words.say(part)}</dt>
            <dd>{chapter[part][now]}</dd>
          </div>
        ))}
      </dl>
      {commands.map((command) => (
        <div key={command} class="command-line">
          <Command text={command} />
          <CopyButton label={words.say('copy')} text={() => command} />
        </div>
      ))}
      {device !== undefined && <a href={deviceAddress(device)}>{words.say('device', { device })}</a>}
    </li>
  );
}
