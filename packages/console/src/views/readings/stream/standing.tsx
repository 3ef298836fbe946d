import { readingsApi, type Stream, statesOf } from '../../../api/readings.ts';
import { Mark } from '../../../components/mark.tsx';
import { Time } from '../../../components/time.tsx';
import { language } from '../../../i18n/language.ts';
import { deviceAddress } from '../../../route.ts';
import { LessonProgress } from '../lesson/progress.tsx';
import { Proposal } from '../lesson/proposal.tsx';
import { words as ofStreams } from '../words.ts';
import { type ActionProps, Actions } from './actions.tsx';
import { words } from './words.ts';

/** How a stream is doing, where it comes from, and what somebody may do about it. */
export function StandingPanel({ stream, again }: ActionProps) {
  const { device, topic, declaration, problem } = stream;
  return (
    <section class="panel stream-state" aria-label={ofStreams.say('state')}>
      <p aria-live="polite">
        {statesOf(stream).map((state) => (
          <StreamState key={state} state={state} isNormal={stream.normalSince !== undefined} />
        ))}
      </p>
      <LessonProgress {...stream} />
      {problem !== undefined && <p lang={language.value === 'en' ? undefined : 'en'}>{problem}</p>}
      <p class="soft">
        {words.say('device')} <a href={deviceAddress(device)}>{device}</a> – {words.say('topic')}{' '}
        <code>{topic}</code> – {words.say('declaration')} <code>{declaration}</code>
        {stream.lastAt !== undefined && (
          <>
            {' – '}
            {ofStreams.say('last')} <Time at={stream.lastAt} />
          </>
        )}
      </p>
      {stream.proposal !== undefined && (
        <Proposal digest={stream.proposal} asked={() => readingsApi.proposal(stream.stream)} />
      )}
      <Actions stream={stream} again={again} />
    </section>
  );
}

function StreamState({ state, isNormal }: { state: Stream['state']; isNormal: boolean }) {
  const tier = state === 'alarm' ? 'warning' : state === 'judging' && isNormal ? 'affirming' : 'none';
  return (
    <span class="status" data-tier={tier} data-state={state}>
      <Mark tier={tier} />
      <span class="status-word">{ofStreams.say(`state-${state}`)}</span>
    </span>
  );
}
