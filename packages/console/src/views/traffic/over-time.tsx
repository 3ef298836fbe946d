import { useState } from 'preact/hooks';
import { type TrafficStep, trafficApi } from '../../api/traffic.ts';
import { ProblemNote } from '../../components/problem-note.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { Time } from '../../components/time.tsx';
import { type Line, TimeChart } from '../../components/time-chart.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { language, times } from '../../i18n/language.ts';
import { words } from './words.ts';

/** How much passed and was refused over the window: drawn, and as a table. */
export function OverTime({ minutes, round }: { minutes: number; round: number }) {
  const { value, problem } = useAnswer(() => trafficApi.history(minutes), [minutes, round]);
  const [pointed, point] = useState<number>();
  const steps = value?.steps ?? [];
  const at = steps.map((step) => step.at);
  const now = Date.now();
  const chart = {
    times: at,
    together: 'traffic',
    timeLabel: (time: number) => times.value.short(time, now),
    pointed: point,
  };
  const line = (outcome: Outcome, colour: string): Line => ({
    label: words.say(outcome),
    colour,
    values: steps.map((step) => step[outcome]),
  });
  return (
    <section class="panel over-time" aria-labelledby="over-time-title">
      <div class="map-head">
        <h2 id="over-time-title">{words.say('over-time-title')}</h2>
        {value !== undefined && (
          <p class="soft">{words.say('over-time-each', { minutes: String(value.minutesEach) })}</p>
        )}
      </div>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {steps.length > 0 && (
        <>
          <TimeChart {...chart} height={150} lines={[line('allowed', '--accent')]} />
          <TimeChart
            {...chart}
            height={120}
            lines={[line('denied', '--contraindicated'), line('observed', '--warning')]}
          />
          <Figures step={steps[pointed ?? steps.length - 1]} />
          <details>
            <summary>{words.say('over-time-table')}</summary>
            <Steps steps={steps} />
          </details>
        </>
      )}
    </section>
  );
}

const outcomes = ['allowed', 'denied', 'observed'] as const;
type Outcome = (typeof outcomes)[number];

const colours: Readonly<Record<Outcome, string>> = {
  allowed: 'accent',
  denied: 'contraindicated',
  observed: 'warning',
};

/** What the step under the pointer has, or the last. */
function Figures({ step }: { step: TrafficStep | undefined }) {
  if (step === undefined) return null;
  const number = new Intl.NumberFormat(language.value);
  return (
    <p class="over-time-figures" aria-hidden="true">
      <Time at={step.at} />
      {outcomes.map((outcome) => (
        <span key={outcome} data-colour={colours[outcome]}>
          {words.say(outcome)}: <b>{number.format(step[outcome])}</b>
        </span>
      ))}
    </p>
  );
}

function Steps({ steps }: { steps: readonly TrafficStep[] }) {
  const number = new Intl.NumberFormat(language.value);
  return (
    <ScrollRegion label={words.say('over-time-table')}>
      <table class="plain-table">
        <thead>
          <tr>
            <th scope="col">{words.say('over-time-from')}</th>
            {outcomes.map((outcome) => (
              <th key={outcome} scope="col" class="number">
                {words.say(outcome)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.toReversed().map((step) => (
            <tr key={step.at}>
              <th scope="row">
                <Time at={step.at} />
              </th>
              {outcomes.map((outcome) => (
                <td key={outcome} class="number">
                  {number.format(step[outcome])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
