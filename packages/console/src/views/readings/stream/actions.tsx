import { useState } from 'preact/hooks';
import { readingsApi, type Stream } from '../../../api/readings.ts';
import { ReasonDialog } from '../../../components/reason-dialog.tsx';
import { useAnswer } from '../../../components/use-answer.ts';
import { language } from '../../../i18n/language.ts';
import { showSearch } from '../../../state/navigation.ts';
import { mayAs } from '../../../state/session.ts';
import { LearnDialog } from '../lesson/learn-dialog.tsx';
import { words } from './words.ts';

export interface ActionProps {
  readonly stream: Stream;
  /** Asks the site how it stands now: also where it refused, as something else is there to be seen then. */
  readonly again: () => Promise<void>;
}

type Dialog = ActionProps & { readonly close: () => void };
type Action = 'accept' | 'refuse' | 'stop' | 'learn' | 'forget' | 'remove';

/** Names that are told at most. */
const mostNamed = 8;

const dialogs = {
  ...{ accept: Accept, refuse: Refuse, stop: Stop, learn: Learn },
  ...{ forget: Forget, remove: Remove },
} as const;

/** What somebody may do about a stream. */
export function Actions({ stream, again }: ActionProps) {
  // What is asked about is what was to be seen when it was asked, whatever comes meanwhile.
  const [asked, setAsked] = useState<{ readonly action: Action; readonly stream: Stream }>();
  if (!mayAs('operator')) return null;
  const { proposal, profile, learnsUntil } = stream;
  const isFirst = proposal === undefined && profile === undefined && learnsUntil === undefined;
  const offered: readonly Action[] = [
    ...(proposal === undefined ? [] : (['accept', 'refuse'] as const)),
    ...(learnsUntil === undefined ? [] : (['stop'] as const)),
    'learn',
    ...(mayAs('administrator') ? (['forget', 'remove'] as const) : []),
  ];
  const looks: Readonly<Partial<Record<Action, string>>> = {
    accept: 'primary',
    forget: 'grave',
    remove: 'grave',
    ...(isFirst && { learn: 'primary' }),
  };
  const Dialog = asked && dialogs[asked.action];
  return (
    <>
      <p class="policy-buttons">
        {offered.map((action) => (
          <button
            key={action}
            type="button"
            class={looks[action]}
            onClick={() => setAsked({ action, stream })}
          >
            {words.say(action === 'learn' && !isFirst ? 'learn-anew' : action)}
          </button>
        ))}
      </p>
      {Dialog !== undefined && (
        <Dialog stream={asked?.stream as Stream} again={again} close={() => setAsked(undefined)} />
      )}
    </>
  );
}

function Accept({ stream: { stream, proposal = '' }, again, close }: Dialog) {
  return (
    <ReasonDialog
      title={words.say('accept-title', { stream })}
      effect={words.say('accept-effect', { digest: proposal.slice(0, 12) })}
      submit={words.say('accept')}
      ask={async (reason) => {
        await readingsApi.accept(stream, proposal, reason).finally(again);
        return words.say('accepted', { stream });
      }}
      onClose={close}
    />
  );
}

function Refuse({ stream: { stream, proposal = '', profile }, again, close }: Dialog) {
  const effect = profile === undefined ? 'refuse-effect-none' : 'refuse-effect';
  return (
    <ReasonDialog
      title={words.say('refuse-title', { stream })}
      effect={words.say(effect, { digest: proposal.slice(0, 12) })}
      submit={words.say('refuse')}
      ask={async (reason) => {
        await readingsApi.refuse(stream, proposal, reason).finally(again);
        return words.say('refused', { stream });
      }}
      onClose={close}
    />
  );
}

function Learn({ stream: { stream, learnsUntil, proposal }, again, close }: Dialog) {
  const isInstead = learnsUntil !== undefined || proposal !== undefined;
  return (
    <LearnDialog
      title={words.say('learn-title', { stream })}
      effect={[words.say('learn-effect'), ...(isInstead ? [words.say('learn-instead')] : [])].join(' ')}
      submit={words.say('learn')}
      learn={async (lesson, reason) => {
        await readingsApi.learn(stream, lesson, reason).finally(again);
        return words.say('learning', { stream });
      }}
      onClose={close}
    />
  );
}

function Stop({ stream: { stream, learnedRows = 0 }, again, close }: Dialog) {
  return (
    <ReasonDialog
      title={words.say('stop-title', { stream })}
      effect={words.say('stop-effect', { rows: new Intl.NumberFormat(language.value).format(learnedRows) })}
      submit={words.say('stop')}
      ask={async (reason) => {
        await readingsApi.stopLesson(stream, reason).finally(again);
        return words.say('stopped', { stream });
      }}
      onClose={close}
    />
  );
}

function Forget({ stream: { stream }, close }: Dialog) {
  return (
    <ReasonDialog
      title={words.say('forget-title', { stream })}
      effect={words.say('forget-effect')}
      submit={words.say('forget')}
      grave
      ask={async (reason) => {
        await readingsApi.forget(stream, reason);
        showSearch({});
        return words.say('forgotten', { stream });
      }}
      onClose={close}
    />
  );
}

/** The declaration goes, and all of its streams with it: they are named. */
function Remove({ stream: { stream, declaration }, close }: Dialog) {
  const { value } = useAnswer(readingsApi.all, []);
  const all = value?.streams.filter((each) => each.declaration === declaration) ?? [];
  const names = all.length === 0 ? [stream] : all.map((each) => each.stream);
  const named = names.slice(0, mostNamed).join(', ') + (names.length > mostNamed ? ', …' : '');
  return (
    <ReasonDialog
      title={words.say('remove-title', { declaration })}
      effect={words.say('remove-effect', { declaration, count: String(names.length), streams: named })}
      submit={words.say('remove')}
      grave
      ask={async (reason) => {
        await readingsApi.undeclare(declaration, reason);
        showSearch({});
        return words.say('removed', { declaration });
      }}
      onClose={close}
    />
  );
}
