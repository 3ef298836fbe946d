import { deviceApi, type PastVerdict } from '../../api/device.ts';
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

/** How the verdict came to be what it is: each claim over time, and the same as a table. */
export function DeviceTimeline({ device, epoch }: { device: string; epoch: number }) {
  const { value: verdicts = [], problem } = useAnswer(() => deviceApi.verdicts(device), [device, epoch]);
  const now = Date.now();
  const timeline = timelineOf(verdicts, now);
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
          {verdicts.length === 1 ? (
            <p class="soft">{words.say('timeline-one')}</p>
          ) : (
            <details>
              <summary>{words.say('timeline-table')}</summary>
              <Changes verdicts={verdicts} />
            </details>
          )}
        </>
      )}
    </section>
  );
}

function Row({ row: { name, spans }, now }: { row: TimelineRow; now: number }) {
  const label = name === 'status' ? words.say('timeline-status') : name;
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
        {spans.map(({ tier, from, until, start, width }) => (
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
                tier: say(`tier.${tier}`),
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

function Changes({ verdicts }: { verdicts: readonly PastVerdict[] }) {
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
        {verdicts
          .map((verdict, index) => (
            <tr key={verdict.epoch}>
              <td>
                <Time at={verdict.at} />
              </td>
              <td>
                <span class="status" data-tier={verdict.status}>
                  <Mark tier={verdict.status} /> {say(`tier.${verdict.status}`)}
                </span>
              </td>
              <td>{changed(verdicts[index - 1], verdict)}</td>
            </tr>
          ))
          .toReversed()}
      </tbody>
    </table>
  );
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
