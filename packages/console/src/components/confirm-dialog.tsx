import type { ComponentChildren, TargetedSubmitEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Problem } from '../api/problem.ts';
import { say } from '../i18n/language.ts';
import { announce } from '../state/announcements.ts';
import { refusal } from '../state/session.ts';
import { keepFocus } from './keep-focus.ts';
import { ProblemNote } from './problem-note.tsx';

const LONGEST_REASON = 500;

export interface Confirmation {
  readonly title: string;
  readonly effect: ComponentChildren;
  readonly submit: string;
  /** Said when the site has done it, unless `act` comes back with other words. */
  readonly done?: string;
  /** Whether a reason is asked for; it stands in the log. */
  readonly reason?: boolean;
  readonly grave?: boolean;
  /** Looks into the form before the site is asked. @returns the name of a field that is wrong, and that says so itself */
  readonly check?: (form: FormData) => string | undefined;
  readonly act: (form: FormData) => Promise<unknown>;
}

/** Asks whether it is meant, asks the site, and closes only when the site has done it. */
export function ConfirmDialog({
  title,
  effect,
  submit,
  done,
  reason = false,
  grave = false,
  check,
  act,
  onClose,
  children,
}: Confirmation & { onClose: (done: boolean) => void; children?: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const finished = useRef(false);
  const opener = useRef(document.activeElement);
  const [waiting, setWaiting] = useState(false);
  const [missing, setMissing] = useState(false);
  const [problem, setProblem] = useState<Problem>();

  useEffect(() => dialog.current?.showModal(), []);

  async function submitted(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form);
    const without = reason && String(given.get('reason') ?? '').trim() === '';
    setMissing(without);
    const wrong = check?.(given) ?? (without ? 'reason' : undefined);
    if (wrong !== undefined) {
      form.querySelector<HTMLElement>(`[name=${wrong}]`)?.focus();
      return;
    }
    setWaiting(true);
    setProblem(undefined);
    try {
      const words = await act(given);
      finished.current = true;
      dialog.current?.close();
      announce(typeof words === 'string' ? words : (done ?? ''));
    } catch (error) {
      setProblem(refusal(error));
      setWaiting(false);
    }
  }

  return (
    <dialog
      ref={dialog}
      class="action"
      aria-labelledby="confirm-title"
      aria-describedby="confirm-effect"
      onClose={() => {
        onClose(finished.current);
        if (finished.current) keepFocus(opener.current);
      }}
    >
      <form onSubmit={submitted} noValidate>
        <h2 id="confirm-title">{title}</h2>
        <p id="confirm-effect">{effect}</p>
        {children}
        {reason && (
          <>
            <label for="confirm-reason">{say('act.reason')}</label>
            <textarea
              id="confirm-reason"
              name="reason"
              rows={2}
              maxLength={LONGEST_REASON}
              required
              aria-invalid={missing}
              aria-describedby="confirm-reason-hint"
            />
            <p id="confirm-reason-hint" class={missing ? 'field-problem' : 'soft'}>
              {say(missing ? 'act.reason-missing' : 'act.reason-hint')}
            </p>
          </>
        )}
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
