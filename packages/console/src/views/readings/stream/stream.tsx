import { useEffect, useState } from 'preact/hooks';
import { readingsApi, type StreamReadings } from '../../../api/readings.ts';
import { ProblemNote } from '../../../components/problem-note.tsx';
import { type Stretch, TimeChart } from '../../../components/time-chart.tsx';
import { useAnswer } from '../../../components/use-answer.ts';
import { say, times } from '../../../i18n/language.ts';
import { formatRoute } from '../../../route.ts';
import { Alarms, carriersOf } from '../alarms.tsx';
import { Figures } from '../figures.tsx';
import { Legend } from '../legend.tsx';
import { Rows } from '../rows.tsx';
import { Wandered } from '../wandered.tsx';
import { words } from '../words.ts';
import { Rules } from './rules.tsx';
import { StandingPanel } from './standing.tsx';

const colours = ['--accent', '--affirming', '--warning', '--soft'];

/** One stream: its readings, beneath them how far they are from normal, and shaded where an alarm was. */
export function StreamReadingsPanel({ stream, round }: { stream: string; round: number }) {
  const { value, problem, again } = useAnswer(() => readingsApi.of(stream), [stream, round]);
  const [shown, show] = useState<StreamReadings>();
  useEffect(() => {
    if (value !== undefined) show(value);
  }, [value]);
  return (
    <>
      <p>
        <a href={formatRoute({ path: '/readings', search: '' })}>{words.say('all')}</a>
      </p>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {shown === undefined && problem === undefined && <p class="notice">{say('loading')}</p>}
      {shown !== undefined && <Shown shown={shown} again={again} />}
    </>
  );
}

function Shown({
  shown: { stream, declaration, readings, alarms },
  again,
}: {
  shown: StreamReadings;
  again: () => Promise<void>;
}) {
  const now = Date.now();
  const [pointed, point] = useState<number>();
  const carriers = new Set(
    alarms[0] === undefined ? [] : carriersOf(alarms[0]).map(({ channel }) => channel),
  );
  const chart = {
    times: readings.times,
    together: 'readings',
    scale: 'measured' as const,
    shaded: alarms.map(
      ({ began, ended = now, diagnosis }): Stretch => ({ from: diagnosis?.since ?? began, until: ended }),
    ),
    timeLabel: (time: number) => times.value.short(time, now),
    pointed: point,
  };
  const lines = readings.channels.map((label, at) => ({
    label,
    colour: carriers.has(label) ? '--contraindicated' : (colours[at % colours.length] as string),
    values: readings.values.map((row) => row[at] ?? null),
    unit: readings.units[at] ?? '',
  }));
  const residual = { label: words.say('severity'), colour: '--accent', values: readings.severities };
  return (
    <>
      <StandingPanel stream={stream} again={again} />
      {readings.times.length > 1 && (
        <section class="panel" aria-labelledby="readings-title">
          <h2 id="readings-title">{words.say('values')}</h2>
          {[...Map.groupBy(lines, ({ unit }) => unit)].map(([unit, of]) => (
            <div key={unit}>
              <Legend lines={of} />
              <TimeChart {...chart} height={110} lines={of} unit={unit} isAboveOther />
            </div>
          ))}
          <h2>{words.say('residual')}</h2>
          <TimeChart {...chart} height={120} lines={[residual]} unit="" />
          <Figures
            readings={readings}
            row={pointed ?? readings.times.length - 1}
            colours={lines.map(({ colour }) => colour)}
          />
          <details>
            <summary>{words.say('table')}</summary>
            <Rows times={readings.times} columns={[...lines, residual]} />
          </details>
        </section>
      )}
      {declaration.follow !== undefined && stream.drift !== undefined && (
        <Wandered drift={stream.drift} rules={declaration.follow} />
      )}
      <section class="panel" aria-labelledby="alarms-title">
        <h2 id="alarms-title">{words.say('alarms')}</h2>
        {alarms.length === 0 ? <p>{words.say('calm')}</p> : <Alarms alarms={alarms} />}
      </section>
      <Rules declaration={declaration} again={again} />
    </>
  );
}
