import type { CheckReport } from '@kiten/checker';
import { Mark } from '../../components/mark.tsx';
import { Filled } from '../../components/sentence.tsx';
import { Time } from '../../components/time.tsx';
import { language } from '../../i18n/language.ts';
import type { Checked } from '../../proof/check-bundle.ts';
import { type StageOutcome, stagesOf } from '../../proof/stages.ts';
import type { Tier } from '../../trust/tiers.ts';
import { words } from './words.ts';

const marks: Readonly<Record<StageOutcome, Tier>> = {
  held: 'affirming',
  failed: 'contraindicated',
  'not-reached': 'none',
};

/** What the checker found, step by step. */
export function CheckPanel({ checked, busy, again }: { checked: Checked; busy: boolean; again: () => void }) {
  const { report, bundle, checkedAt } = checked;
  return (
    <section class="panel check" aria-labelledby="check-title" aria-busy={busy}>
      <h2 id="check-title">{words.say('check-title')}</h2>
      <Outcome report={report} />
      <ol class="stages">
        {stagesOf(report).map(([stage, outcome]) => (
          <li key={stage} data-outcome={outcome}>
            <Mark tier={marks[outcome]} />
            <span>{words.say(`stage-${stage}`)}</span>
            <span class="unseen">: {words.say(`outcome-${outcome}`)}</span>
          </li>
        ))}
      </ol>
      <p class="soft">
        <Filled template={words.template('check-lead')} parts={{ time: <Time at={checkedAt} /> }} />
        {report.holds && (
          <>
            {' '}
            {words.say('check-bytes', {
              bytes: String(bundle.length),
              statements: String(report.statements.length),
              steps: String(report.derivation.length),
            })}
          </>
        )}
      </p>
      <button type="button" onClick={again} disabled={busy}>
        {words.say('check-again')}
      </button>
    </section>
  );
}

function Outcome({ report }: { report: CheckReport }) {
  if (report.holds) {
    return (
      <p class="check-outcome" data-tier="affirming">
        <Mark tier="affirming" />
        <span>
          <Filled template={words.template('check-held')} parts={{ time: <Time at={report.holdsUntil} /> }} />
        </span>
      </p>
    );
  }
  const { reason, message, leaf, step } = report;
  return (
    <div class="problem" role="alert">
      <p class="problem-title">
        {words.say('check-failed')}{' '}
        {leaf !== undefined && words.say('check-failed-leaf', { leaf: `${leaf}` })}
        {step !== undefined && words.say('check-failed-step', { step: `${step}` })}
      </p>
      <p lang={language.value === 'en' ? undefined : 'en'}>{message}</p>
      <code>{reason}</code>
    </div>
  );
}
