import { useState } from 'preact/hooks';
import { policyApi } from '../../../api/policies.ts';
import { type Declaration, readingsApi } from '../../../api/readings.ts';
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx';
import { useAnswer } from '../../../components/use-answer.ts';
import { widerLevels } from '../../../readings/filter-condition.ts';
import { judgingIn } from '../../../readings/judging-form.ts';
import { outcomeIn, outcomes } from '../../../readings/outcome-rule.ts';
import { formatRoute } from '../../../route.ts';
import { mayAs } from '../../../state/session.ts';
import { JudgingFields } from '../declare/judging-fields.tsx';
import { words } from '../declare/words.ts';

interface RulesProps {
  readonly declaration: Declaration;
  /** Asks the site how it stands now. */
  readonly again: () => Promise<void>;
}

/** How the streams of a declaration are judged, and what becomes of their messages. */
export function Rules({ declaration, again }: RulesProps) {
  const [asked, setAsked] = useState<Declaration>();
  const policies = useAnswer(policyApi.present, []).value?.text;
  const { id, alarmsPerDay, silenceSeconds, recoverSeconds, follow } = declaration;
  const outcome = policies === undefined ? undefined : (outcomeIn(policies, id) ?? 'as-said');
  return (
    <section class="panel stream-state" aria-labelledby="rules-title">
      <h2 id="rules-title">{words.say('rules')}</h2>
      <dl class="stacked">
        <Rule name="rule-alarms" said={words.say('rule-alarms-said', { count: String(alarmsPerDay) })} />
        <Rule name="rule-silence" said={words.say('seconds', { seconds: String(silenceSeconds) })} />
        <Rule
          name="rule-recover"
          said={
            recoverSeconds === undefined
              ? words.say('rule-recover-none')
              : words.say('rule-recover-said', { seconds: String(recoverSeconds) })
          }
        />
        <Rule
          name="rule-follow"
          said={
            follow === undefined
              ? words.say('rule-follow-none')
              : words.say('rule-follow-said', { perDay: String(follow.perDay), most: String(follow.most) })
          }
        />
        {outcome !== undefined && <Rule name="rule-outcome" said={words.say(`outcome-${outcome}`)} />}
      </dl>
      {mayAs('administrator') && (
        <>
          <p class="policy-buttons">
            <button type="button" onClick={() => setAsked(declaration)}>
              {words.say('change')}
            </button>
          </p>
          {outcome !== undefined && <PrepareOutcome declaration={declaration} present={outcome} />}
        </>
      )}
      {asked !== undefined && (
        <ConfirmDialog
          title={words.say('change-title', { declaration: id })}
          effect={words.say('change-effect')}
          submit={words.say('change')}
          reason
          act={async (form) => {
            const changed = { ...asked, ...judgingIn(form) };
            await readingsApi.declare(changed, String(form.get('reason')).trim());
            await again();
            return words.say('changed', { declaration: id });
          }}
          onClose={() => setAsked(undefined)}
        >
          <JudgingFields rules={asked} />
        </ConfirmDialog>
      )}
    </section>
  );
}

type RuleName = 'rule-alarms' | 'rule-silence' | 'rule-recover' | 'rule-follow' | 'rule-outcome';

function Rule({ name, said }: { name: RuleName; said: string }) {
  return (
    <div>
      <dt>{words.say(name)}</dt>
      <dd>{said}</dd>
    </div>
  );
}

/** Policies say what becomes of messages, and are written where all of them are: here one is prepared. */
function PrepareOutcome({
  declaration: { id, filter },
  present,
}: {
  declaration: Declaration;
  present: (typeof outcomes)[number] | 'as-said';
}) {
  const [chosen, choose] = useState<string>(present);
  const wider = widerLevels(filter);
  const search = new URLSearchParams({ readings: id, outcome: chosen }).toString();
  return (
    <>
      <label class="field">
        <span>{words.say('outcome')}</span>
        <select value={chosen} onChange={({ currentTarget }) => choose(currentTarget.value)}>
          {(['as-said', ...outcomes] as const).map((each) => (
            <option key={each} value={each}>
              {words.say(`outcome-${each}`)}
            </option>
          ))}
        </select>
      </label>
      {chosen !== present && (
        <p>
          {words.say('outcome-lead', { filter })}{' '}
          {wider.length > 0 && <b>{words.say('outcome-wider', { levels: wider.join(', ') })} </b>}
          <a href={formatRoute({ path: '/policies', search })}>{words.say('prepare')}</a>
        </p>
      )}
    </>
  );
}
