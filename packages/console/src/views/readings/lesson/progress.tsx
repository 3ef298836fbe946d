import type { Stream } from '../../../api/readings.ts';
import { Time } from '../../../components/time.tsx';
import { language } from '../../../i18n/language.ts';
import { words } from './words.ts';

export type LessonProgressProps = Pick<Stream, 'learnsUntil' | 'learnsRows' | 'learnedRows' | 'accepts'>;

/** How far a lesson is, if there is one. */
export function LessonProgress({ learnsUntil, learnsRows, learnedRows, accepts }: LessonProgressProps) {
  if (learnsUntil === undefined) return null;
  const number = new Intl.NumberFormat(language.value);
  const rows = number.format(learnedRows ?? 0);
  const gathered =
    learnsRows === undefined
      ? words.say('rows', { rows })
      : words.say('rows-of', { rows, most: number.format(learnsRows) });
  return (
    <p>
      {words.say('until')} <Time at={learnsUntil} />
      {learnedRows !== undefined && ` – ${gathered}`}
      {accepts === true && ` – ${words.say('accepts')}`}
    </p>
  );
}
