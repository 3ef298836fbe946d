import type { TargetedSubmitEvent } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { api, type Verb } from '../../api/client.ts';
import { type Problem, problemOf } from '../../api/problem.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { say } from '../../i18n/language.ts';
import { announce } from '../../state/announcements.ts';
import { session, sessionEnded } from '../../state/session.ts';
import { devicesTold } from '../../state/site.ts';

export type Action = { readonly kind: Verb } | { readonly kind: 'clear'; readonly code: string };

const LONGEST_REASON = 500;

/** Asks for a reason, asks the site, and shows the outcome only when the site has given it. */
export function ActionDialog({
  device,
  action,
  onClose,
}: {
  device: string;
  action: Action;
  onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [waiting, setWaiting] = useState(false);
  const [missing, setMissing] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const { kind } = action;
  const parts = { device, code: kind === 'clear' ? action.code : '' };
  const viewer = session.value.state === 'signed-in' && session.value.operator.role === 'viewer';

  useEffect(() => dialog.current?.showModal(), []);

  async function submit(event: TargetedSubmitEvent<HTMLFormElement>): Promise<void> {
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
      devicesTold([
        await (action.kind === 'clear'
          ? api.clear(device, action.code, reason)
          : api.act(action.kind, device, reason)),
      ]);
      dialog.current?.close();
      announce(say(`done.${kind}`, parts));
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
      aria-labelledby="action-title"
      aria-describedby="action-effect"
      onClose={onClose}
    >
      <form onSubmit={submit} noValidate>
        <h2 id="action-title">{say(`act.${kind}-title`, parts)}</h2>
        <p id="action-effect">{say(`act.${kind}-effect`, parts)}</p>
        {viewer && <p class="soft">{say('act.viewer')}</p>}
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
          <button type="submit" class={kind === 'revoke' ? 'grave solid' : 'primary'} disabled={waiting}>
            {say(waiting ? 'act.waiting' : `act.${kind}`)}
          </button>
        </div>
      </form>
    </dialog>
  );
}
