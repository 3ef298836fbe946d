import type { ComponentChildren } from 'preact';
import type { Lesson } from '../../../api/readings.ts';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { words } from './words.ts';

export const lengths = { hour: 3600, day: 86_400, week: 604_800, month: 2_419_200 } as const;
type Length = keyof typeof lengths;

export interface LearnDialogProps {
  readonly title: string;
  readonly effect: ComponentChildren;
  readonly submit: string;
  /** Asks the site. @returns what has been done, in words */
  readonly learn: (lesson: Lesson, reason: string) => Promise<string>;
  readonly onClose: () => void;
}

/** Asks for how long something is to be learned, and whether it is judged by that at once. */
export function LearnDialog({ learn, ...shown }: LearnDialogProps) {
  const act = (form: FormData): Promise<string> => {
    const seconds = lengths[String(form.get('length')) as Length];
    return learn({ seconds, accept: form.get('accept') !== null }, String(form.get('reason')).trim());
  };
  return (
    <ConfirmDialog {...shown} reason act={act}>
      <label class="field">
        <span>{words.say('length')}</span>
        <select name="length">
          {(['week', 'day', 'hour', 'month'] as const).map((length) => (
            <option key={length} value={length}>
              {words.say(length)}
            </option>
          ))}
        </select>
      </label>
      <label class="with-box">
        <input type="checkbox" name="accept" /> {words.say('accept')}
      </label>
    </ConfirmDialog>
  );
}
