import { useEffect, useState } from 'preact/hooks';
import { type Relation, type RelationReadings, relationsApi } from '../../../api/relations.ts';
import { ProblemNote } from '../../../components/problem-note.tsx';
import { Time } from '../../../components/time.tsx';
import { useAnswer } from '../../../components/use-answer.ts';
import { language, say } from '../../../i18n/language.ts';
import { formatRoute } from '../../../route.ts';
import { LessonProgress } from '../lesson/progress.tsx';
import { Proposal } from '../lesson/proposal.tsx';
import { Actions } from './actions.tsx';
import { Checks } from './checks.tsx';
import { Course } from './course.tsx';
import { Judgement } from './judgement.tsx';
import { RelationPicture } from './map.tsx';
import { Missing } from './missing.tsx';
import { Sensors } from './sensors.tsx';
import { certain, lastingOf, RelationState } from './state.tsx';
import { words } from './words.ts';

/** One relation: who is not to be believed and why, what ought to hold, and what its sensors say. */
export function RelationPanel({ relation, round }: { relation: string; round: number }) {
  const { value, problem, again } = useAnswer(() => relationsApi.of(relation), [relation, round]);
  const [shown, show] = useState<RelationReadings>();
  useEffect(() => {
    if (value !== undefined) show(value);
  }, [value]);
  const isOld = shown !== undefined && shown.relation.id !== relation;
  return (
    <>
      <p>
        <a href={formatRoute({ path: '/readings', search: '' })}>{words.say('all')}</a>
      </p>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {(shown === undefined || isOld) && problem === undefined && <p class="notice">{say('loading')}</p>}
      {shown !== undefined && !isOld && <Shown shown={shown} again={again} />}
    </>
  );
}

function Shown({ shown, again }: { shown: RelationReadings; again: () => Promise<void> }) {
  const { relation } = shown;
  const lasting = lastingOf(relation);
  return (
    <>
      <section class="panel relation-state" aria-label={words.say('state')}>
        <p aria-live="polite">
          <RelationState relation={relation} />
        </p>
        <Since relation={relation} />
        <Missing relation={relation} />
        {relation.problem !== undefined && (
          <p lang={language.value === 'en' ? undefined : 'en'}>{relation.problem}</p>
        )}
        {relation.proposal !== undefined && (
          <Proposal digest={relation.proposal} asked={() => relationsApi.proposal(relation.id)} />
        )}
        <Actions relation={relation} again={again} />
      </section>
      {lasting !== undefined && <Judgement alarm={lasting} heading="h2" />}
      <div class="relation-parts">
        <RelationPicture shown={shown} />
        <Checks shown={shown} again={again} />
      </div>
      <Sensors shown={shown} />
      <Course shown={shown} />
      <Earlier relation={relation} />
    </>
  );
}

function Since({ relation }: { relation: Relation }) {
  const since = lastingOf(relation)?.since ?? relation.calmSince;
  if (relation.learnsUntil !== undefined) return <LessonProgress {...relation} />;
  if (since === undefined) return null;
  return (
    <p>
      {words.say('since')} <Time at={since} />
    </p>
  );
}

function Earlier({ relation }: { relation: Relation }) {
  const { alarms, profile } = relation;
  const lasting = lastingOf(relation);
  const earlier = alarms.filter((alarm) => alarm !== lasting);
  return (
    <section class="panel" aria-labelledby="contradictions-title">
      <h2 id="contradictions-title">{words.say('alarms')}</h2>
      {alarms.length === 0 && <p>{words.say(profile === undefined ? 'unseen' : 'calm')}</p>}
      {lasting !== undefined && (
        <p>
          {words.say('since')} <Time at={lasting.since} />
        </p>
      )}
      {earlier.map((alarm) => (
        <details key={alarm.began}>
          <summary>
            <Time at={alarm.since} />
            {alarm.sensors.map((suspect) => (
              <span key={suspect.sensor}>
                {' '}
                {suspect.sensor} – {certain(suspect, alarm)}
              </span>
            ))}
          </summary>
          <Judgement alarm={alarm} heading="h3" />
        </details>
      ))}
    </section>
  );
}
