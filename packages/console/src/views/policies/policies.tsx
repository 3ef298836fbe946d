import { useEffect, useRef, useState } from 'preact/hooks';
import { type PolicyProblem, type PolicyReview, type PolicyRevision, policyApi } from '../../api/policies.ts';
import { ViewHeading } from '../../components/heading.tsx';
import { Mark } from '../../components/mark.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { ReasonDialog } from '../../components/reason-dialog.tsx';
import { Filled } from '../../components/sentence.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { say } from '../../i18n/language.ts';
import type { ViewProps } from '../view.ts';
import { Editor, showPlace } from './editor.tsx';
import { ReviewResults } from './review-results.tsx';
import { usePrepared } from './use-prepared.ts';
import { useReview } from './use-review.ts';
import { words } from './words.ts';

/** The policies: written, checked, compared with what is in force, and put in force with a reason. */
export function PoliciesView({ search }: ViewProps) {
  const { value: present, problem, again } = useAnswer(policyApi.present, []);
  const prepared = usePrepared(search);
  return (
    <div class="policies">
      <div class="view-head">
        <ViewHeading>{words.say('title')}</ViewHeading>
        {present !== undefined && <InForce present={present} />}
      </div>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {prepared.problem !== undefined && <ProblemNote problem={prepared.problem} />}
      {present === undefined && problem === undefined && <p class="notice">{say('loading')}</p>}
      {present !== undefined && prepared.prepare !== undefined && (
        <Workbench key={search} present={present} applied={again} prepared={prepared.prepare(present.text)} />
      )}
    </div>
  );
}

function InForce({ present: { revision, author, reason, at } }: { present: PolicyRevision }) {
  return (
    <p class="totals">
      <Filled
        template={words.template('in-force')}
        parts={{
          revision: String(revision),
          author: author === 'site' ? say('actor.site') : author.replace(/^operator:/, ''),
          reason,
          time: <Time at={at} />,
        }}
      />
    </p>
  );
}

function Workbench({
  present,
  applied,
  prepared,
}: {
  present: PolicyRevision;
  applied: () => void;
  prepared: string;
}) {
  const [draft, setDraft] = useState(prepared === present.text ? undefined : prepared);
  const [asking, setAsking] = useState(false);
  const [waiting, setWaiting] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const text = draft ?? present.text;
  const isChanged = text !== present.text;
  const { review, problem, text: reviewed } = useReview(text);
  const isFresh = reviewed === text;
  useUnloadWarning(isChanged);

  return (
    <div class="policy-columns">
      <div class="policy-main">
        <p class="soft">{words.say('editor-lead')}</p>
        <Editor text={text} edit={setDraft} problems={review?.problems ?? []} area={area} />
        <div class="policy-buttons">
          <button
            type="button"
            class="primary"
            disabled={!isChanged || !isFresh || !mayApply(review)}
            onClick={() => setAsking(true)}
          >
            {words.say('apply')}
          </button>
          <button type="button" disabled={!isChanged} onClick={() => setDraft(undefined)}>
            {words.say('revert')}
          </button>
          <span class="soft">{words.say(isChanged ? 'changed' : 'unchanged')}</span>
        </div>
        {waiting && <p class="notice">{words.say('apply-waiting')}</p>}
      </div>
      <div class="policy-side" aria-busy={!isFresh}>
        <section class="panel" aria-labelledby="valid-title" aria-live="polite">
          <h2 id="valid-title">{words.say('valid-title')}</h2>
          {!isFresh && <p class="soft">{words.say('reviewing')}</p>}
          {problem !== undefined && <ProblemNote problem={problem} />}
          {review !== undefined && (
            <Problems
              problems={review.problems}
              show={(one) => area.current !== null && showPlace(area.current, one)}
            />
          )}
        </section>
        {review !== undefined && <ReviewResults {...review} />}
      </div>
      {asking && (
        <ReasonDialog
          title={words.say('apply-title')}
          effect={words.say('apply-effect')}
          submit={words.say('apply')}
          ask={async (reason) => {
            const answer = await policyApi.apply(text, reason);
            setWaiting('approval' in answer);
            if ('approval' in answer) return words.say('apply-waiting');
            setDraft(undefined);
            applied();
            return words.say('apply-done', { revision: String(answer.revision) });
          }}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}

/** What would be refused is not offered. */
function mayApply(review: PolicyReview | undefined): boolean {
  return review?.meaning?.invariants.every(({ result }) => result === 'proved') ?? false;
}

function Problems({
  problems,
  show,
}: {
  problems: readonly PolicyProblem[];
  show: (problem: PolicyProblem) => void;
}) {
  if (problems.length === 0) {
    return (
      <p>
        <Mark tier="affirming" /> {words.say('valid')}
      </p>
    );
  }
  return (
    <ul class="problem-list">
      {problems.map((problem) => (
        <li key={`${problem.line} ${problem.column} ${problem.message}`}>
          {problem.line !== undefined && (
            <button type="button" class="quiet" onClick={() => show(problem)}>
              {words.say('problem-place', {
                line: String(problem.line),
                column: String(problem.column ?? 1),
              })}
            </button>
          )}{' '}
          <span lang="en">{problem.message}</span> <code>{problem.code}</code>
        </li>
      ))}
    </ul>
  );
}

/** What was written and is not in force is lost when the page goes. */
function useUnloadWarning(isChanged: boolean): void {
  useEffect(() => {
    if (!isChanged) return undefined;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isChanged]);
}
