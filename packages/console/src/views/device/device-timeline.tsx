import { deviceApi, type PastStanding, type PastVerdict } from '../../api/device.ts';
import { Mark } from '../../components/mark.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { signed } from '../../components/signed.ts';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { say, times } from '../../i18n/language.ts';
import { claimNames } from '../../trust/claims.ts';
import { tierOf } from '../../trust/tiers.ts';
import { type TimelineRow, timelineOf } from '../../trust/timeline.ts';
import { words } from './words.ts';

interface DeviceTimelineProps {
  readonly device: string;
  /** Of its verdict, and since when it stands as it does: with each change there is more to tell. */
  readonly epoch: number;
  readonly stoodAt: number;
}

/** How the verdict came to be what it is: each claim over time, and the same as a table. */
export function DeviceTimeline({ device, epoch, stoodAt }: DeviceTimelineProps) {
  const { value, problem } = useAnswer(async () => {
    const [verdicts, standings] = await Promise.all([
      deviceApi.verdicts(device),
      deviceApi.standings(device),
    ]);
    return { verdicts, standings };
  }, [device, epoch, stoodAt]);
  const { verdicts = [], standings = [] } = value ?? {};
  const now = Date.now();
  const timeline = timelineOf(verdicts, now, standings);
  if (timeline === undefined && problem === undefined) return null;
  return (
    <section class="panel timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title">{words.say('timeline-title')}</h2>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {timeline !== undefined && (
        <>
          <div class="timeline-rows" aria-hidden="true">
            {timeline.rows.map((row) => (
              <Row key={row.name} row={row} now={now} />
            ))}
            <span />
            <p class="timeline-axis">
              <Time at={timeline.from} />
              <span>{words.say('timeline-now')}</span>
            </p>
          </div>
          {verdicts.length + standings.length <= 2 ? (
            <p class="soft">{words.say('timeline-one')}</p>
          ) : (
            <details>
              <summary>{words.say('timeline-table')}</summary>
              <Changes verdicts={verdicts} standings={standings} />
            </details>
          )}
        </>
      )}
    </section>
  );
}

function Row({ row: { name, spans }, now }: { row: TimelineRow; now: number }) {
  const label = name === 'status' || name === 'standing' ? words.say(`timeline-${name}`) : name;
  const { short } = times.value;
  return (
    <>
      <span class="timeline-name" data-name={name}>
        {label}
      </span>
      <svg
        aria-hidden="true"
        class="timeline-bar"
        viewBox="0 0 1000 10"
        preserveAspectRatio="none"
        focusable="false"
      >
        {spans.map(({ tier, standing, from, until, start, width }) => (
          <rect
            key={from}
            data-tier={tier}
            x={start * 1000}
            // A moment that mattered must not be too narrow to see.
            width={Math.max(width * 1000, 4)}
            y={tier === 'none' ? 4 : 0}
            height={tier === 'none' ? 2 : 10}
          >
            <title>
              {words.say('timeline-span', {
                name: label,
                tier: standing === undefined ? say(`tier.${tier}`) : say(`standing.${standing}`),
                from: short(from, now),
                until: short(until, now),
              })}
            </title>
          </rect>
        ))}
      </svg>
    </>
  );
}

function Changes(past: { verdicts: readonly PastVerdict[]; standings: readonly PastStanding[] }) {
  const { verdicts, standings } = past;
  const judged = verdicts.map((verdict, index) => ({
    ...{ key: `verdict ${verdict.epoch}`, at: verdict.at, tier: verdict.status },
    change: changed(verdicts[index - 1], verdict),
  }));
  // The first came with its enrolment, as the first verdict did.
  const stood = standings.slice(1).map((one) => ({
    ...{ key: `standing ${one.at}`, at: one.at, tier: undefined },
    change: stoodAs(one),
  }));
  return (
    <table class="plain-table">
      <thead>
        <tr>
          <th scope="col">{words.say('timeline-at')}</th>
          <th scope="col">{say('column.status')}</th>
          <th scope="col">{words.say('timeline-change')}</th>
        </tr>
      </thead>
      <tbody>
        {[...judged, ...stood]
          .sort((left, right) => right.at - left.at)
          .map(({ key, at, tier, change }) => (
            <tr key={key}>
              <td>
                <Time at={at} />
              </td>
              <td>
                {tier !== undefined && (
                  <span class="status" data-tier={tier}>
                    <Mark tier={tier} /> {say(`tier.${tier}`)}
                  </span>
                )}
              </td>
              <td>{change}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}

function stoodAs({ standing, by, reason }: PastStanding): string {
  const actor = by === null || by === 'site' ? say('actor.site') : by.replace(/^operator:/, '');
  const parts = { standing: say(`standing.${standing}`), actor, reason: reason ?? '' };
  return words.say(reason === null ? 'timeline-stood' : 'timeline-stood-because', parts);
}

function changed(before: PastVerdict | undefined, after: PastVerdict): string {
  if (before === undefined) return words.say('timeline-first');
  const claims = claimNames
    .filter((name) => before.vector[name] !== after.vector[name])
    .map(
      (name) =>
        `${name} ${signed(before.vector[name])} → ${signed(after.vector[name])} (${say(`tier.${tierOf(after.vector[name])}`)})`,
    );
  const overdue = after.overdue && !before.overdue ? [say('overdue')] : [];
  return [...claims, ...overdue].join(', ');
}
