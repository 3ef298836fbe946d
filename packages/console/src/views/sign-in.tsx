import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Problem, problemOf } from '../api/problem.ts';
import { Command } from '../components/command.tsx';
import { ViewHeading } from '../components/heading.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { say } from '../i18n/language.ts';
import { signInLink } from '../route.ts';
import { session, signIn, signInBy } from '../state/session.ts';
import { access, type SignInMethods } from './access/api.ts';
import { answerWithPasskey, passkeysPossible } from './access/webauthn.ts';

/** For those without a session: by passkey, by a link, or by a code from paper. */
export function SignInView() {
  const [methods, setMethods] = useState<SignInMethods>();
  const [waiting, setWaiting] = useState(false);
  const current = session.value;

  useEffect(() => {
    // Where the site can't say, the link is still a way; that the site is away is told by what fails next.
    access.methods().then(setMethods, reportError);
  }, []);
  if (current.state !== 'signed-out') return null;

  async function attempt(sign: () => Promise<void>): Promise<void> {
    setWaiting(true);
    await sign();
    setWaiting(false);
  }

  const oidc = methods?.oidc;
  const passkey = methods?.passkey === true && passkeysPossible();
  return (
    <main id="main" class="sign-in" tabIndex={-1}>
      <ViewHeading focus={current.ended}>{say('sign-in.title')}</ViewHeading>
      {current.ended && <p class="notice">{say('sign-in.ended')}</p>}
      {current.problem !== undefined && <ProblemNote problem={current.problem} />}
      {current.refused !== undefined && (
        <div class="problem" role="alert">
          <p class="problem-title">{say('sign-in.oidc-refused')}</p>
          <code>{current.refused}</code>
        </div>
      )}
      {oidc !== undefined && (
        <p class="sign-in-ways">
          <a class="button" href={oidc.url}>
            {say('sign-in.oidc', { name: oidc.name })}
          </a>
        </p>
      )}
      {passkey && <ByPasskey waiting={waiting} attempt={attempt} />}
      {(passkey || oidc !== undefined) && <h2>{say('sign-in.otherwise')}</h2>}
      <p>{say('sign-in.lead')}</p>
      <Command text="kiten sign-in" />
      <ByLink waiting={waiting} attempt={attempt} />
      <ByCode waiting={waiting} attempt={attempt} />
    </main>
  );
}

interface Way {
  readonly waiting: boolean;
  readonly attempt: (sign: () => Promise<void>) => Promise<void>;
}

function ByPasskey({ waiting, attempt }: Way) {
  const [cancelled, setCancelled] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  async function answer(): Promise<void> {
    setCancelled(false);
    setProblem(undefined);
    try {
      const outcome = await answerWithPasskey(await access.signInOptions());
      if (outcome.done) await signInBy(() => access.signInByPasskey(outcome.response));
      else setCancelled(true);
    } catch (error) {
      setProblem(problemOf(error));
    }
  }

  return (
    <>
      <p class="sign-in-ways">
        <button type="button" class="primary" disabled={waiting} onClick={() => attempt(answer)}>
          {say(waiting ? 'act.waiting' : 'sign-in.passkey')}
        </button>
      </p>
      {cancelled && (
        <p class="field-problem" role="alert">
          {say('sign-in.passkey-cancelled')}
        </p>
      )}
      {problem !== undefined && <ProblemNote problem={problem} />}
    </>
  );
}

function ByLink({ waiting, attempt }: Way) {
  const [wrong, setWrong] = useState(false);

  async function submit(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const link = signInLink(String(new FormData(event.currentTarget).get('link') ?? ''));
    setWrong(link === undefined);
    if (link !== undefined) await attempt(() => signIn(link));
  }

  return (
    <form onSubmit={submit} noValidate>
      <label for="link">{say('sign-in.then')}</label>
      <div class="sign-in-row">
        <input
          id="link"
          name="link"
          type="text"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          placeholder="http://localhost:7080/#sign-in=ktl_…"
          aria-invalid={wrong}
          aria-describedby={wrong ? 'link-wrong' : undefined}
        />
        <button type="submit" class="primary" disabled={waiting}>
          {say(waiting ? 'act.waiting' : 'sign-in.submit')}
        </button>
      </div>
      {wrong && (
        <p id="link-wrong" class="field-problem" role="alert">
          {say('sign-in.not-a-link')}
        </p>
      )}
    </form>
  );
}

function ByCode({ waiting, attempt }: Way) {
  async function submit(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    const code = String(new FormData(form).get('code') ?? '').trim();
    if (code === '') {
      form.querySelector('input')?.focus();
      return;
    }
    await attempt(() => signInBy(() => access.signInByCode(code)));
  }

  return (
    <details>
      <summary>{say('sign-in.code-title')}</summary>
      <form onSubmit={submit} noValidate>
        <label for="code">{say('sign-in.code')}</label>
        <div class="sign-in-row">
          <input
            id="code"
            name="code"
            type="text"
            autocomplete="off"
            autocapitalize="characters"
            spellcheck={false}
            maxLength={64}
            placeholder="XXXX-XXXX-XXXX-XXXX"
          />
          <button type="submit" disabled={waiting}>
            {say(waiting ? 'act.waiting' : 'sign-in.submit')}
          </button>
        </div>
      </form>
    </details>
  );
}
