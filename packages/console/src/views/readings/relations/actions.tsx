import { useState } from 'preact/hooks';
import { type Relation, relationsApi } from '../../../api/relations.ts';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { ReasonDialog } from '../../../components/reason-dialog.tsx';
import { showSearch } from '../../../state/navigation.ts';
import { session } from '../../../state/session.ts';
import { words } from './words.ts';

const lengths = { hour: 3600, day: 86_400, week: 604_800 } as const;
type Length = keyof typeof lengths;
type Asked = 'learn' | 'accept' | 'remove';

interface ActionProps {
  readonly relation: Relation;
  /** Asks the site how it stands now. */
  readonly again: () => Promise<void>;
}

/** What somebody may do about a relation: learn it, accept what was learned, take it back. */
export function Actions({ relation, again }: ActionProps) {
  const [asked, setAsked] = useState<Asked>();
  const current = session.value;
  const role = current.state === 'signed-in' ? current.operator.role : 'viewer';
  if (role === 'viewer') return null;
  const offered: readonly Asked[] = [
    ...(relation.proposal === undefined ? [] : (['accept'] as const)),
    'learn',
    ...(role === 'administrator' ? (['remove'] as const) : []),
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
  async function learn(form: FormData): Promise<string> {
    const seconds = lengths[String(form.get('length')) as Length];
    const lesson = { seconds, accept: form.get('accept') !== null };
    await relationsApi.learn(id, lesson, String(form.get('reason')).trim());
    await again();
    return words.say('learning', { id });
  }
  return (
    <ConfirmDialog
      title={words.say('learn-title', { id })}
      effect={words.say('learn-effect')}
      submit={words.say('learn')}
      reason
      act={learn}
      onClose={close}
    >
      <label class="field">
        <span>{words.say('learn-length')}</span>
        <select name="length">
          {(['week', 'day', 'hour'] as const).map((length) => (
            <option key={length} value={length}>
              {words.say(length)}
            </option>
          ))}
        </select>
      </label>
      <label class="with-box">
        <input type="checkbox" name="accept" /> {words.say('learn-accept')}
      </label>
    </ConfirmDialog>
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
