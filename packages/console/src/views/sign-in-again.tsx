import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api } from '../api/client.ts';
import { type Problem, problemOf } from '../api/problem.ts';
import { Command } from '../components/command.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { say } from '../i18n/language.ts';
import { signInLink } from '../route.ts';
import { session } from '../state/session.ts';
import { decideSignIn, waitingForSignIn } from '../state/sign-in-again.ts';
import { access, type SignInMethods } from './access/api.ts';
import { answerWithPasskey, passkeysPossible } from './access/webauthn.ts';

/** Asks whoever is here to show again that it is them, where the site wants a sign-in of just now. */
export function SignInAgain() {
  return waitingForSignIn.value.length === 0 ? null : <SignInAgainDialog />;
}

function SignInAgainDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const again = useRef(false);
  const [methods, setMethods] = useState<SignInMethods>();
  const [waiting, setWaiting] = useState(false);
  const [note, setNote] = useState<'sign-in.passkey-cancelled' | 'sign-in.not-a-proof'>();
  const [problem, setProblem] = useState<Problem>();

  useEffect(() => {
    dialog.current?.showModal();
    // Where the site can't say, a link and a code are still ways.
    access.methods().then(setMethods, reportError);
  }, []);

  async function attempt(prove: () => Promise<unknown>): Promise<void> {
    setWaiting(true);
    setNote(undefined);
    setProblem(undefined);
    try {
      const proven = await prove();
      if (proven !== undefined) await accept();
    } catch (error) {
      setProblem(problemOf(error));
    }
    setWaiting(false);
  }

  /** Somebody else may have signed in: then nothing of what waits is theirs. */
  async function accept(): Promise<void> {
    const before = session.peek();
    const operator = await api.me();
    again.current = before.state === 'signed-in' && before.operator.operator === operator.operator;
    session.value = { state: 'signed-in', operator };
    dialog.current?.close();
  }

  const byPasskey = () =>
    attempt(async () => {
      const outcome = await answerWithPasskey(await access.signInOptions());
      if (outcome.done) return access.signInByPasskey(outcome.response);
      setNote('sign-in.passkey-cancelled');
      return undefined;
    });

  async function byText(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get('proof') ?? '').trim();
    const link = signInLink(text);
    const isCode = /^[0-9a-z][0-9a-z\s-]{14,30}$/i.test(text);
    if (link === undefined && !isCode) setNote('sign-in.not-a-proof');
    else await attempt(() => (link === undefined ? access.signInByCode(text) : api.signIn(link)));
  }

  const passkey = methods?.passkey === true && passkeysPossible();
  return (
    <dialog
      ref={dialog}
      class="action"
      aria-labelledby="again-title"
      aria-describedby="again-lead"
      onClose={() => decideSignIn(again.current)}
    >
      <form onSubmit={byText} noValidate>
        <h2 id="again-title">{say('sign-in.again')}</h2>
        <p id="again-lead">{say('sign-in.again-lead')}</p>
        {methods?.oidc !== undefined && (
          <p>
            <a class="button" href={methods.oidc.url}>
              {say('sign-in.oidc', { name: methods.oidc.name })}
            </a>
          </p>
        )}
        {passkey && (
          <p>
            <button type="button" class="primary" disabled={waiting} onClick={byPasskey}>
              {say(waiting ? 'act.waiting' : 'sign-in.passkey')}
            </button>
          </p>
        )}
        <Command text="kiten sign-in" />
        <label for="again-proof">{say('sign-in.again-proof')}</label>
        <input
          id="again-proof"
          name="proof"
          type="text"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          aria-invalid={note === 'sign-in.not-a-proof'}
        />
        {note !== undefined && (
          <p class="field-problem" role="alert">
            {say(note)}
          </p>
        )}
        {problem !== undefined && <ProblemNote problem={problem} />}
        <div class="dialog-buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            {say('act.cancel')}
          </button>
          <button type="submit" class={passkey ? undefined : 'primary'} disabled={waiting}>
            {say(waiting ? 'act.waiting' : 'sign-in.submit')}
          </button>
        </div>
      </form>
    </dialog>
  );
}
