import type { ComponentChildren } from 'preact';
import { Mark } from '../../components/mark.tsx';
import { Sentence } from '../../components/sentence.tsx';
import { Time } from '../../components/time.tsx';
import { say } from '../../i18n/language.ts';
import { deviceAddress } from '../../route.ts';
import type { Happening, Tone } from '../../state/happenings.ts';
import { shownHappenings } from '../../state/site.ts';
import { type Tier, tiersWorstFirst } from '../../trust/tiers.ts';

const SHOWN = 60;
const marks: Readonly<Record<Tone, Tier | undefined>> = {
  quiet: undefined,
  plain: undefined,
  good: 'affirming',
  warning: 'warning',
  alarm: 'contraindicated',
};

/** What happened last, newest first; of one device if `device` is given. */
export function News({ device }: { device?: string }) {
  const all = shownHappenings.value;
  const list = (device === undefined ? all : all.filter((one) => one.device === device)).slice(0, SHOWN);
  return (
    <section class="news" aria-labelledby="news-title">
      <h2 id="news-title">{say(device === undefined ? 'news.title' : 'news.title-device')}</h2>
      {list.length === 0 ? (
        <p class="soft">{say('news.empty')}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be within reach of the keyboard
        <ol class="news-list" tabIndex={0} aria-labelledby="news-title">
          {list.map((one) => (
            <Item key={one.key} happening={one} linked={device === undefined} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Item({ happening, linked }: { happening: Happening; linked: boolean }) {
  const { at, tone, sentence, device, reason, times } = happening;
  const mark = marks[tone];
  return (
    <li data-tone={tone}>
      <span class="news-mark">
        {mark === undefined ? <span class="point" aria-hidden="true" /> : <Mark tier={mark} />}
      </span>
      <Time at={at} />
      <span class="news-words">
        <Sentence of={sentence} parts={partsOf(happening, linked && device !== undefined)} />
        {times !== undefined && <span class="soft"> · {say('news.times', { count: String(times) })}</span>}
        {reason !== undefined && reason !== '' && <span class="news-reason">{reason}</span>}
      </span>
    </li>
  );
}

function partsOf({ parts }: Happening, linked: boolean): Readonly<Record<string, ComponentChildren>> {
  const { device = '', topic = '', code = '', actor = '', status = '' } = parts;
  const tier = tiersWorstFirst.find((one) => one === status);
  return {
    ...parts,
    device: linked ? <a href={deviceAddress(device)}>{device}</a> : <b>{device}</b>,
    topic: <code>{topic}</code>,
    code: <code>{code}</code>,
    actor: actor === 'site' ? say('actor.site') : actor,
    status: tier === undefined ? status : <b data-tier={tier}>{say(`tier.${tier}`)}</b>,
  };
}
