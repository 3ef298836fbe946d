import { useState } from 'preact/hooks';
import { type Relation, relationsApi } from '../../../api/relations.ts';
import { ReasonDialog } from '../../../components/reason-dialog.tsx';
import { showSearch } from '../../../state/navigation.ts';
import { mayAs } from '../../../state/session.ts';
import { LearnDialog } from '../lesson/learn-dialog.tsx';
import { words } from './words.ts';

type Asked = 'learn' | 'accept' | 'remove';

interface ActionProps {
  readonly relation: Relation;
  /** Asks the site how it stands now. */
  readonly again: () => Promise<void>;
}

/** What somebody may do about a relation: learn it, accept what was learned, take it back. */
export function Actions({ relation, again }: ActionProps) {
  const [asked, setAsked] = useState<Asked>();
  if (!mayAs('operator')) return null;
  const offered: readonly Asked[] = [
    ...(relation.proposal === undefined ? [] : (['accept'] as const)),
    'learn',
    ...(mayAs('administrator') ? (['remove'] as const) : []),
  ];
  const close = () => setAsked(undefined);
  return (
    <>
      <p class="policy-buttons">
        {offered.map((action) => (
          <button
            key={action}
            type="button"
            class={action === 'remove' ? 'grave' : action === 'accept' ? 'primary' : undefined}
            onClick={() => setAsked(action)}
          >
            {words.say(action)}
          </button>
        ))}
      </p>
      {asked === 'learn' && <Learn relation={relation} again={again} close={close} />}
      {asked === 'accept' && <Accept relation={relation} again={again} close={close} />}
      {asked === 'remove' && <Remove relation={relation} close={close} />}
    </>
  );
}

function Learn({ relation: { id }, again, close }: ActionProps & { close: () => void }) {
  return (
    <LearnDialog
      title={words.say('learn-title', { id })}
      effect={words.say('learn-effect')}
      submit={words.say('learn')}
      learn={async (lesson, reason) => {
        await relationsApi.learn(id, lesson, reason);
        await again();
        return words.say('learning', { id });
      }}
      onClose={close}
    />
  );
}

function Accept({ relation: { id, proposal = '' }, again, close }: ActionProps & { close: () => void }) {
  return (
    <ReasonDialog
      title={words.say('accept-title', { id })}
      effect={words.say('accept-effect', { digest: proposal.slice(0, 12) })}
      submit={words.say('accept')}
      ask={async (reason) => {
        await relationsApi.accept(id, reason);
        await again();
        return words.say('accepted', { id });
      }}
      onClose={close}
    />
  );
}

function Remove({ relation: { id }, close }: Pick<ActionProps, 'relation'> & { close: () => void }) {
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
