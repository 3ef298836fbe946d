import { useState } from 'preact/hooks';
import type { JudgingRules } from '../../../api/readings.ts';
import { lengths } from '../lesson/learn-dialog.tsx';
import { words as ofLessons } from '../lesson/words.ts';
import { words } from './words.ts';

/** As the site has them where nothing is said. */
export const usualRules: JudgingRules = { alarmsPerDay: 0.1, silenceSeconds: 300 };
const usualFollow = { perDay: 0.1, most: 2 };

/** How streams are judged, as parts of a form. */
export function JudgingFields({ rules }: { rules: JudgingRules }) {
  const [follows, setFollows] = useState(rules.follow !== undefined);
  const { alarmsPerDay, silenceSeconds, recoverSeconds, follow = usualFollow } = rules;
  return (
    <>
      <Amount name="alarmsPerDay" label={words.say('alarms-per-day')} value={alarmsPerDay} />
      <Amount name="silenceSeconds" label={words.say('silence')} value={silenceSeconds} />
      <Amount name="recoverSeconds" label={words.say('recover')} value={recoverSeconds} />
      <LearnAtOnce seconds={rules.learnSeconds} />
      <label class="with-box">
        <input
          type="checkbox"
          name="follow"
          checked={follows}
          onChange={({ currentTarget }) => setFollows(currentTarget.checked)}
        />{' '}
        {words.say('follow')}
      </label>
      {follows && (
        <>
          <Amount name="perDay" label={words.say('per-day')} value={follow.perDay} />
          <Amount name="most" label={words.say('most')} value={follow.most} />
        </>
      )}
    </>
  );
}

export function Amount({ name, label, value }: { name: string; label: string; value: number | undefined }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        name={name}
        type="number"
        min={0}
        step="any"
        defaultValue={value === undefined ? '' : String(value)}
      />
    </label>
  );
}

function LearnAtOnce({ seconds }: { seconds: number | undefined }) {
  const known = Object.entries(lengths) as [keyof typeof lengths, number][];
  const isOther = seconds !== undefined && !known.some(([, length]) => length === seconds);
  return (
    <label class="field">
      <span>{words.say('learn')}</span>
      <select name="learnSeconds">
        <option value="">{words.say('never')}</option>
        {isOther && (
          <option value={String(seconds)} selected>
            {words.say('other-length', { seconds: String(seconds) })}
          </option>
        )}
        {known.map(([name, length]) => (
          <option key={name} value={String(length)} selected={length === seconds}>
            {ofLessons.say(name)}
          </option>
        ))}
      </select>
    </label>
  );
}
