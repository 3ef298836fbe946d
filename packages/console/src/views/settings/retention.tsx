import { useState } from 'preact/hooks';
import { settingsApi } from '../../api/settings.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { session } from '../../state/session.ts';
import { words } from './words.ts';

const bounds = { evidenceDays: 36_500, trafficDays: 3650 } as const;
const names = ['evidenceDays', 'trafficDays'] as const;

/** How long things are kept, and for administrators the way to change it. */
export function RetentionSettings() {
  const { value, problem, again } = useAnswer(settingsApi.retention, []);
  const [asking, setAsking] = useState(false);
  const current = session.value;
  const administers = current.state === 'signed-in' && current.operator.role === 'administrator';
  if (value === undefined) return problem === undefined ? null : <ProblemNote problem={problem} />;

  async function change(form: FormData): Promise<string> {
    const days = (name: (typeof names)[number]) => Number(form.get(name));
    const wanted = { evidenceDays: days('evidenceDays'), trafficDays: days('trafficDays') };
    const answer = await settingsApi.setRetention(wanted, String(form.get('reason')).trim());
    again();
    return words.say('approval' in answer ? 'save-waiting' : 'days-done');
  }

  return (
    <section class="panel retention" aria-labelledby="days-title">
      <h2 id="days-title">{words.say('days-title')}</h2>
      <p class="soft">{words.say(value.isSet ? 'days-set' : 'days-file')}</p>
      <dl class="stacked">
        {names.map((name) => (
          <div key={name}>
            <dt>{words.say(name)}</dt>
            <dd>{words.say('days', { count: String(value[name]) })}</dd>
          </div>
        ))}
      </dl>
      {administers && (
        <p class="policy-buttons">
          <button type="button" onClick={() => setAsking(true)}>
            {words.say('days-change')}
          </button>
        </p>
      )}
      {asking && (
        <ConfirmDialog
          title={words.say('days-change')}
          effect={words.say('days-effect')}
          submit={words.say('edit')}
          reason
          grave
          act={change}
          onClose={() => setAsking(false)}
        >
          {names.map((name) => (
            <label key={name} class="field">
              <span>{words.say(name)}</span>
              <input
                name={name}
                type="number"
                min={1}
                max={bounds[name]}
                step={1}
                required
                defaultValue={String(value[name])}
              />
            </label>
          ))}
        </ConfirmDialog>
      )}
    </section>
  );
}
