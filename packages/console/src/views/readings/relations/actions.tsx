import { useState } from 'preact/hooks';
import { type Relation, relationsApi } from '../../../api/relations.ts';
import { ReasonDialog } from '../../../components/reason-dialog.tsx';
import { language } from '../../../i18n/language.ts';
import { showSearch } from '../../../state/navigation.ts';
import { mayAs } from '../../../state/session.ts';
import { LearnDialog } from '../lesson/learn-dialog.tsx';
import { words } from './words.ts';

interface ActionProps {
  readonly relation: Relation;
  /** Asks the site how it stands now: also where it refused, as something else is there to be seen then. */
  readonly again: () => Promise<void>;
}

type Dialog = ActionProps & { readonly close: () => void };
type Action = 'accept' | 'refuse' | 'stop' | 'learn' | 'remove';

const dialogs = { accept: Accept, refuse: Refuse, stop: Stop, learn: Learn, remove: Remove } as const;

/** What somebody may do about a relation. */
export function Actions({ relation, again }: ActionProps) {
  // What is asked about is what was to be seen when it was asked, whatever comes meanwhile.
  const [asked, setAsked] = useState<{ readonly action: Action; readonly relation: Relation }>();
  if (!mayAs('operator')) return null;
  const { proposal, profile, learnsUntil } = relation;
  const isFirst = proposal === undefined && profile === undefined && learnsUntil === undefined;
  const offered: readonly Action[] = [
    ...(proposal === undefined ? [] : (['accept', 'refuse'] as const)),
    ...(learnsUntil === undefined ? [] : (['stop'] as const)),
    'learn',
    ...(mayAs('administrator') ? (['remove'] as const) : []),
  ];
  const looks: Readonly<Partial<Record<Action, string>>> = {
    accept: 'primary',
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
            onClick={() => setAsked({ action, relation })}
          >
            {words.say(action === 'learn' && !isFirst ? 'learn-anew' : action)}
          </button>
        ))}
      </p>
      {Dialog !== undefined && (
        <Dialog relation={asked?.relation as Relation} again={again} close={() => setAsked(undefined)} />
      )}
    </>
  );
}

function Learn({ relation: { id, learnsUntil, proposal }, again, close }: Dialog) {
  const isInstead = learnsUntil !== undefined || proposal !== undefined;
  return (
    <LearnDialog
      title={words.say('learn-title', { id })}
      effect={[words.say('learn-effect'), ...(isInstead ? [words.say('learn-instead')] : [])].join(' ')}
      submit={words.say('learn')}
      learn={async (lesson, reason) => {
        await relationsApi.learn(id, lesson, reason).finally(again);
        return words.say('learning', { id });
      }}
      onClose={close}
    />
  );
}

function Stop({ relation: { id, learnedRows = 0 }, again, close }: Dialog) {
  return (
    <ReasonDialog
      title={words.say('stop-title', { id })}
      effect={words.say('stop-effect', { rows: new Intl.NumberFormat(language.value).format(learnedRows) })}
      submit={words.say('stop')}
      ask={async (reason) => {
        await relationsApi.stopLesson(id, reason).finally(again);
        return words.say('stopped', { id });
      }}
      onClose={close}
    />
  );
}

function Accept({ relation: { id, proposal = '' }, again, close }: Dialog) {
  return (
    <ReasonDialog
      title={words.say('accept-title', { id })}
      effect={words.say('accept-effect', { digest: proposal.slice(0, 12) })}
      submit={words.say('accept')}
      ask={async (reason) => {
        await relationsApi.accept(id, proposal, reason).finally(again);
        return words.say('accepted', { id });
      }}
      onClose={close}
    />
  );
}

function Refuse({ relation: { id, proposal = '', profile }, again, close }: Dialog) {
  const effect = profile === undefined ? 'refuse-effect-none' : 'refuse-effect';
  return (
    <ReasonDialog
      title={words.say('refuse-title', { id })}
      effect={words.say(effect, { digest: proposal.slice(0, 12) })}
      submit={words.say('refuse')}
      ask={async (reason) => {
        await relationsApi.refuse(id, proposal, reason).finally(again);
        return words.say('refused', { id });
      }}
      onClose={close}
    />
  );
}

function Remove({ relation: { id }, close }: Dialog) {
  return (
    <ReasonDialog
      title={words.say('remove-title', { id })}
      effect={words.say('remove-effect')}
      submit={words.say('remove')}
      grave
      ask={async (reason) => {
        await relationsApi.remove(id, reason);
        showSearch({});
        return words.say('removed', { id });
      }}
      onClose={close}
    />
  );
}
