import type { JudgedInvariant, PolicyChange, PolicyRemark, PolicyReview } from '../../api/policies.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { Mark } from '../../components/mark.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { language } from '../../i18n/language.ts';
import { Replay } from './replay.tsx';
import { words } from './words.ts';

/** What the policies would mean: the difference, what was counted, the invariants, and what has no effect. */
export function ReviewResults({ meaning, replay }: PolicyReview) {
  if (meaning === undefined || replay === undefined) return null;
  return (
    <>
      <Invariants invariants={meaning.invariants} />
      <section class="panel" aria-labelledby="changes-title">
        <h2 id="changes-title">{words.say('changes-title')}</h2>
        {meaning.changes.length === 0 && meaning.undecided.length === 0 && (
          <p class="soft">{words.say('changes-none')}</p>
        )}
        <ul class="change-list">
          {meaning.changes.map((change) => (
            <Change key={`${change.environment} ${change.change} ${change.example.json}`} change={change} />
          ))}
          {meaning.undecided.map(({ environment, why }) => (
            <li key={environment}>
              <Mark tier="none" /> {words.say('undecided', { environment, why })}
            </li>
          ))}
        </ul>
      </section>
      <Replay replay={replay} />
      <section class="panel" aria-labelledby="remarks-title">
        <h2 id="remarks-title">{words.say('remarks-title')}</h2>
        {meaning.remarks.length === 0 && meaning.remarksUndecided.length === 0 && (
          <p class="soft">{words.say('remarks-none')}</p>
        )}
        <ul class="change-list">
          {meaning.remarks.map((remark) => (
            <li key={remark.policy}>
              <Mark tier="warning" /> <code>{remark.policy}</code> {remarkSentence(remark)}
            </li>
          ))}
          {meaning.remarksUndecided.map((id) => (
            <li key={id}>
              <Mark tier="none" /> <code>{id}</code> {words.say('remark-undecided')}
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function remarkSentence({ remark, by }: PolicyRemark): string {
  if (remark === 'contradicted' && by.length === 0) return words.say('remark-forbids-nothing');
  return words.say(`remark-${remark}`, { by: by.join(', ') });
}

function Change({ change: { change, environment, before, after, example } }: { change: PolicyChange }) {
  const because = (ids: readonly string[]) =>
    ids.length === 0 ? (
      <span class="soft">{words.say('change-nothing')}</span>
    ) : (
      <code>{ids.join(', ')}</code>
    );
  return (
    <li>
      <p>
        <span class="change" data-change={change}>
          {words.say(`change-${change}`)}
        </span>{' '}
        <b>{environment}</b>
      </p>
      <dl class="before-after">
        <dt>{words.say('change-before')}</dt>
        <dd>{because(before)}</dd>
        <dt>{words.say('change-after')}</dt>
        <dd>{because(after)}</dd>
        <dt>{words.say('change-example')}</dt>
        <dd>
          <code>
            {example.principal} {example.action} {example.resource}
          </code>
          <br />
          <span class="soft">
            {words.say('change-context')} <code>{example.context}</code>
          </span>{' '}
          <CopyButton label={words.say('copy-example')} text={() => example.json} />
        </dd>
      </dl>
    </li>
  );
}

function Invariants({ invariants }: { invariants: readonly JudgedInvariant[] }) {
  const broken = invariants.filter(({ result }) => result !== 'proved');
  return (
    <section class="panel" aria-labelledby="invariants-title">
      <h2 id="invariants-title">{words.say('invariants-title')}</h2>
      <p class="invariants-outcome" data-kept={broken.length === 0}>
        <Mark tier={broken.length === 0 ? 'affirming' : 'contraindicated'} />{' '}
        {broken.length === 0
          ? words.say('invariants-kept', { count: String(invariants.length) })
          : words.say('invariants-broken', {
              count: String(broken.length),
              total: String(invariants.length),
            })}
      </p>
      <InvariantList invariants={broken} />
      <details>
        <summary>{words.say('invariants-all')}</summary>
        <InvariantList invariants={invariants} />
      </details>
    </section>
  );
}

const tiers = { proved: 'affirming', refuted: 'contraindicated', unknown: 'none' } as const;

function InvariantList({ invariants }: { invariants: readonly JudgedInvariant[] }) {
  return (
    <ul class="change-list">
      {invariants.map(({ id, sentence, sentenceJa, result, counterexample, why }) => (
        <li key={id}>
          <p>
            <Mark tier={tiers[result]} /> {language.value === 'ja' ? (sentenceJa ?? sentence) : sentence}{' '}
            <span class="soft">
              {words.say(`result-${result}`)} · <code>{id}</code>
              {why !== undefined && <> · {why}</>}
            </span>
          </p>
          {counterexample !== undefined && (
            <div class="counterexample">
              <ScrollRegion label={words.say('copy-counterexample')}>
                <code>{counterexample}</code>
              </ScrollRegion>
              <CopyButton label={words.say('copy-counterexample')} text={() => counterexample} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}
