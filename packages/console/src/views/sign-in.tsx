import type { TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import { Command } from '../components/command.tsx';
import { ViewHeading } from '../components/heading.tsx';
import { ProblemNote } from '../components/problem-note.tsx';
import { say } from '../i18n/language.ts';
import { signInLink } from '../route.ts';
import { session, signIn } from '../state/session.ts';

/** For those without a session: how to get a link, and a place to paste it. */
export function SignInView() {
  const [wrong, setWrong] = useState(false);
  const [waiting, setWaiting] = useState(false);
  const current = session.value;
  if (current.state !== 'signed-out') return null;

  async function submit(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const link = signInLink(String(new FormData(event.currentTarget).get('link') ?? ''));
    setWrong(link === undefined);
    if (link === undefined) return;
    setWaiting(true);
    await signIn(link);
    setWaiting(false);
  }

  return (
    <main id="main" class="sign-in" tabIndex={-1}>
      <ViewHeading focus={current.ended}>{say('sign-in.title')}</ViewHeading>
      {current.ended && <p class="notice">{say('sign-in.ended')}</p>}
      {current.problem !== undefined && <ProblemNote problem={current.problem} />}
      <p>{say('sign-in.lead')}</p>
      <Command text="kiten sign-in" />
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
    </main>
  );
}
