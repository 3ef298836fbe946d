import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import type { Problem } from '../../api/problem.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { say } from '../../i18n/language.ts';
import { announce } from '../../state/announcements.ts';
import { refusal } from '../../state/session.ts';
import { access, type Passkey } from './api.ts';
import { browserName } from './browser-name.ts';
import { closing, Rows, Section } from './section.tsx';
import { makePasskey, passkeysPossible } from './webauthn.ts';
import { words } from './words.ts';

const heading = 'passkeys-title';
const LONGEST_NAME = 64;

/** One's own passkeys: made, named, removed. */
export function PasskeySettings() {
  const { value, problem, again } = useAnswer(access.passkeys, []);
  const [asked, setAsked] = useState<{ what: 'remove' | 'rename'; passkey: Passkey }>();
  const close = closing(heading, () => setAsked(undefined), again);
  return (
    <Section
      id={heading}
      title={words.say('passkeys-title')}
      lead={words.say('passkeys-lead')}
      problem={problem}
      loading={value === undefined}
    >
      {value !== undefined && value.length > 0 && (
        <Rows
          label={words.say('passkeys-title')}
          headings={[words.say('name'), words.say('made'), words.say('used')]}
        >
          {value.map((passkey) => (
            <tr key={passkey.id}>
              <th scope="row">
                {passkey.name}
                <span class="soft block">
                  {passkey.host}
                  {passkey.backedUp && ` · ${words.say('passkey-backed-up')}`}
                </span>
              </th>
              <td>
                <Time at={passkey.createdAt} />
              </td>
              <td>{passkey.usedAt === undefined ? words.say('never') : <Time at={passkey.usedAt} />}</td>
              <td class="row-actions">
                <button
                  type="button"
                  aria-label={words.say('rename-of', { name: passkey.name })}
                  onClick={() => setAsked({ what: 'rename', passkey })}
                >
                  {words.say('rename')}
                </button>
                <button
                  type="button"
                  class="grave"
                  aria-label={words.say('remove-of', { name: passkey.name })}
                  onClick={() => setAsked({ what: 'remove', passkey })}
                >
                  {words.say('remove')}
                </button>
              </td>
            </tr>
          ))}
        </Rows>
      )}
      {value?.length === 0 && <p>{words.say('passkeys-none')}</p>}
      <NewPasskey made={again} />
      {asked?.what === 'remove' && (
        <ConfirmDialog
          title={words.say('passkey-remove-title', { name: asked.passkey.name })}
          effect={words.say('passkey-remove-effect')}
          submit={words.say('remove')}
          done={words.say('passkey-removed', { name: asked.passkey.name })}
          grave
          act={() => access.removePasskey(asked.passkey.id)}
          onClose={close}
        />
      )}
      {asked?.what === 'rename' && (
        <ConfirmDialog
          title={words.say('passkey-rename-title', { name: asked.passkey.name })}
          effect={words.say('passkey-rename-effect')}
          submit={words.say('rename')}
          done={words.say('passkey-renamed')}
          act={(form) =>
            access.renamePasskey(asked.passkey.id, String(form.get('name')).trim() || asked.passkey.name)
          }
          onClose={close}
        >
          <label for="passkey-new-name">{words.say('name')}</label>
          <input
            id="passkey-new-name"
            name="name"
            defaultValue={asked.passkey.name}
            maxLength={LONGEST_NAME}
            autocomplete="off"
          />
        </ConfirmDialog>
      )}
    </Section>
  );
}

/** Asks the browser to make a passkey, and the site to keep it. */
function NewPasskey({ made }: { made: () => Promise<void> }) {
  const [waiting, setWaiting] = useState(false);
  const [note, setNote] = useState<'passkey-cancelled' | 'passkey-known'>();
  const [problem, setProblem] = useState<Problem>();
  if (!passkeysPossible()) return <p class="soft">{words.say('passkeys-impossible')}</p>;

  async function add(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    const name = String(new FormData(form).get('name') ?? '').trim() || browserName(navigator.userAgent);
    setWaiting(true);
    setNote(undefined);
    setProblem(undefined);
    try {
      const outcome = await makePasskey(await access.passkeyOptions());
      if (outcome.done) {
        await access.addPasskey(name, outcome.response);
        form.reset();
        announce(words.say('passkey-added', { name }));
        await made();
      } else setNote(`passkey-${outcome.why}`);
    } catch (error) {
      setProblem(refusal(error));
    } finally {
      setWaiting(false);
    }
  }

  return (
    <form class="access-form" onSubmit={add}>
      <label class="field">
        <span>{words.say('passkey-name')}</span>
        <input
          class="access-name"
          name="name"
          placeholder={browserName(navigator.userAgent)}
          maxLength={LONGEST_NAME}
          autocomplete="off"
        />
      </label>
      <button type="submit" class="primary" disabled={waiting}>
        {waiting ? say('act.waiting') : words.say('passkey-add')}
      </button>
      {note !== undefined && (
        <p class="field-problem" role="alert">
          {words.say(note)}
        </p>
      )}
      {problem !== undefined && <ProblemNote problem={problem} />}
    </form>
  );
}
