import type { ComponentChildren, TargetedSubmitEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { type Problem, problemOf } from '../api/problem.ts';
import { say } from '../i18n/language.ts';
import { announce } from '../state/announcements.ts';
import { sessionEnded } from '../state/session.ts';
import { ProblemNote } from './problem-note.tsx';

const LONGEST_REASON = 500;

export interface ReasonDialogProps {
  readonly title: string;
  readonly effect: ComponentChildren;
  readonly submit: string;
  readonly grave?: boolean;
  /** Asks the site. @returns what has been done, in words, once the site has confirmed it */
  readonly ask: (reason: string) => Promise<string>;
  readonly onClose: () => void;
}

/** Asks for a reason, asks the site, and closes only when the site has confirmed. */
export function ReasonDialog({ title, effect, submit, grave = false, ask, onClose }: ReasonDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [waiting, setWaiting] = useState(false);
  const [missing, setMissing] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => dialog.current?.showModal(), []);

  async function onSubmit(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    const reason = String(new FormData(form).get('reason') ?? '').trim();
    setMissing(reason === '');
    if (reason === '') {
      form.querySelector('textarea')?.focus();
      return;
    }
    setWaiting(true);
    setProblem(undefined);
    try {
      const done = await ask(reason);
      dialog.current?.close();
      announce(done);
    } catch (error) {
      const refused = problemOf(error);
      if (refused.status === 401) sessionEnded();
      setProblem(refused);
      setWaiting(false);
    }
  }

  return (
    <dialog
      ref={dialog}
      class="action"
      aria-labelledby="reason-title"
      aria-describedby="reason-effect"
      onClose={onClose}
    >
      <form onSubmit={onSubmit} noValidate>
        <h2 id="reason-title">{title}</h2>
        <p id="reason-effect">{effect}</p>
        <label for="reason">{say('act.reason')}</label>
        <textarea
          id="reason"
          name="reason"
          rows={3}
          maxLength={LONGEST_REASON}
          required
          aria-invalid={missing}
          aria-describedby="reason-hint"
        />
        <p id="reason-hint" class={missing ? 'field-problem' : 'soft'}>
          {say(missing ? 'act.reason-missing' : 'act.reason-hint')}
        </p>
        {problem !== undefined && <ProblemNote problem={problem} />}
        <div class="dialog-buttons">
          <button type="button" onClick={() => dialog.current?.close()}>
            {say('act.cancel')}
          </button>
          <button type="submit" class={grave ? 'grave solid' : 'primary'} disabled={waiting}>
            {waiting ? say('act.waiting') : submit}
          </button>
        </div>
      </form>
    </dialog>
  );
}
