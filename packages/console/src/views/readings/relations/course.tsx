import type { RelationReadings } from '../../../api/relations.ts';
import { type Stretch, TimeChart } from '../../../components/time-chart.tsx';
import { times } from '../../../i18n/language.ts';
import { Legend } from '../legend.tsx';
import { type Column, Rows } from '../rows.tsx';
import { words as ofStreams } from '../words.ts';
import { nameOf } from './judgement.tsx';
import { lastingOf } from './state.tsx';
import { words } from './words.ts';

const colours = ['--accent', '--affirming', '--warning', '--soft'];
const mostLines = 6;

/** What the sensors say that contradict each other, beneath it how far each check is out of place, and shaded where that was an alarm. */
export function Course({ shown }: { shown: RelationReadings }) {
  const { relation, readings } = shown;
  if (readings.times.length < 2) return null;
  const now = Date.now();
  const suspected = new Set(lastingOf(relation)?.sensors.map(({ sensor }) => sensor));
  const drawn = drawnSensors(shown);
  const chart = {
    times: readings.times,
    together: 'relation',
    scale: 'measured' as const,
    shaded: relation.alarms.map(({ since, ended = now }): Stretch => ({ from: since, until: ended })),
    timeLabel: (time: number) => times.value.short(time, now),
    pointed: () => undefined,
  };
  const coloured = (columns: readonly Column[], isGrave: (label: string) => boolean) =>
    columns.map((column, at) => ({
      ...column,
      colour: isGrave(column.label) ? '--contraindicated' : (colours[at % colours.length] as string),
    }));
  const columns = drawn.map((sensor) => columnOf(sensor, readings.values, readings.sensors.indexOf(sensor)));
  const said = coloured(columns, (label) => suspected.has(label));
  const checks = readings.checks.map((check, at) => columnOf(nameOf(check), readings.severities, at));
  const places = coloured(checks, () => false);
  return (
    <section class="panel" aria-labelledby="course-title">
      <h2 id="course-title">{words.say('values')}</h2>
      <TimeChart {...chart} height={180} lines={said} />
      <Legend lines={said} />
      {places.length > 0 && (
        <>
          <h2>{words.say('severities')}</h2>
          <TimeChart {...chart} height={140} lines={places} />
          <Legend lines={places} />
        </>
      )}
      <details>
        <summary>{ofStreams.say('table')}</summary>
        <Rows times={readings.times} columns={[...said, ...places]} />
      </details>
    </section>
  );
}

function columnOf(label: string, rows: RelationReadings['readings']['values'], at: number): Column {
  return { label, values: rows.map((row) => row[at] ?? null) };
}

/** Those that are suspected, and those that a check says something about that does not hold, or holds least. */
function drawnSensors({ relation, links, readings }: RelationReadings): readonly string[] {
  const lasting = lastingOf(relation);
  const declared = relation.standing.filter(({ check }) => check !== 'relation');
  const worst = declared.toSorted((one, other) => (other.severity ?? 0) - (one.severity ?? 0))[0]?.check;
  const broken = lasting?.broken.map(({ check }) => check) ?? [];
  const named = links
    .filter(({ check }) => (broken.length > 0 ? broken.includes(check) : check === worst))
    .flatMap(({ sensors }) => sensors);
  const all = new Set([...(lasting?.sensors.map(({ sensor }) => sensor) ?? []), ...named]);
  const drawn = readings.sensors.filter((sensor) => all.has(sensor));
  return (drawn.length > 0 ? drawn : readings.sensors).slice(0, mostLines);
}
