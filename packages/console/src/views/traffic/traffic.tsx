import { useEffect, useMemo, useState } from 'preact/hooks';
import { trafficApi } from '../../api/traffic.ts';
import { ViewHeading } from '../../components/heading.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { ScrollRegion } from '../../components/scroll-region.tsx';
import { Filled } from '../../components/sentence.tsx';
import { Time } from '../../components/time.tsx';
import { useAnswer } from '../../components/use-answer.ts';
import { say } from '../../i18n/language.ts';
import { showSearch } from '../../state/navigation.ts';
import { shownFleet } from '../../state/site.ts';
import { flowMap, hasOutcome, selectTraffic } from '../../traffic/flow-map.ts';
import {
  groupings,
  outcomes,
  parseTrafficQuery,
  type TrafficQuery,
  trafficFields,
  windows,
} from '../../traffic/query.ts';
import type { ViewProps } from '../view.ts';
import { TrafficMap } from './map.tsx';
import { OverTime } from './over-time.tsx';
import { TrafficTable } from './traffic-table.tsx';
import { type TrafficWord, words } from './words.ts';

/** Counts come once a minute. */
const ASK_EVERY = 30_000;

/** Who talks to whom over which topics, as a map and as a table. */
export function TrafficView({ search }: ViewProps) {
  const query = useMemo(() => parseTrafficQuery(search), [search]);
  const round = useRounds(ASK_EVERY);
  const { value: traffic, problem } = useAnswer(
    () => trafficApi.since(query.minutes),
    [query.minutes, round],
  );
  return (
    <div class="traffic">
      <div class="view-head">
        <ViewHeading>{words.say('title')}</ViewHeading>
        {traffic !== undefined && (
          <p class="totals">
            <Filled
              template={words.template('as-of')}
              parts={{ from: <Time at={traffic.from} />, until: <Time at={traffic.until} /> }}
            />
          </p>
        )}
      </div>
      <Controls query={query} />
      {problem !== undefined && <ProblemNote problem={problem} />}
      <OverTime minutes={query.minutes} round={round} />
      {traffic === undefined && problem === undefined && <p class="notice">{say('loading')}</p>}
      {traffic !== undefined && <Shown rows={traffic.rows} more={traffic.more} query={query} />}
    </div>
  );
}

function Shown({
  rows,
  more,
  query,
}: {
  rows: Awaited<ReturnType<typeof trafficApi.since>>['rows'];
  more: boolean;
  query: TrafficQuery;
}) {
  const fleet = shownFleet.value;
  const groupOf = (device: string) => fleet.get(device)?.device.groups[0] ?? device;
  const map = useMemo(
    () =>
      flowMap(
        rows.filter((row) => hasOutcome(row, query.outcome)),
        groupOf,
        query,
      ),
    [rows, fleet, query],
  );
  const shown = selectTraffic(rows, groupOf, query, map);
  return (
    <div class="traffic-parts">
      <section class="panel map-panel" aria-labelledby="map-title">
        <div class="map-head">
          <h2 id="map-title">{words.say('map-title')}</h2>
          <Legend />
        </div>
        <ScrollRegion label={words.say('map-title')}>
          <TrafficMap map={map} query={query} />
        </ScrollRegion>
      </section>
      <section class="panel" aria-labelledby="table-title">
        <h2 id="table-title">{words.say('table-title')}</h2>
        {query.node !== '' && (
          <p>
            {words.say('table-node', { node: query.node.slice(query.node.indexOf(':') + 1) })}{' '}
            <button type="button" class="quiet" onClick={() => change({ ...query, node: '' })}>
              {words.say('table-all')}
            </button>
          </p>
        )}
        <TrafficTable rows={shown} />
        {more && <p class="soft">{words.say('table-cut')}</p>}
      </section>
    </div>
  );
}

const change = (query: TrafficQuery) => showSearch(trafficFields(query));

function Legend() {
  return (
    <ul class="map-legend">
      {(['allowed', 'observed', 'denied'] as const).map((outcome) => (
        <li key={outcome}>
          <svg viewBox="0 0 40 8" aria-hidden="true" focusable="false">
            <path class="map-edge" data-outcome={outcome} stroke-width="3" d="M0 4H40" />
          </svg>
          {words.say(`legend-${outcome}`)}
        </li>
      ))}
    </ul>
  );
}

function Controls({ query }: { query: TrafficQuery }) {
  // Another grouping has other nodes.
  const set = (part: Partial<TrafficQuery>) => change({ ...query, node: '', ...part });
  return (
    <search class="filters">
      <Choice
        label="window"
        value={query.minutes}
        options={windows.map((one) => [one, `window-${one}`])}
        choose={(minutes) => set({ minutes: Number(minutes) })}
      />
      <Choice
        label="by"
        value={query.by}
        options={groupings.map((one) => [one, `by-${one}`])}
        choose={(by) => set({ by: by as TrafficQuery['by'] })}
      />
      <Choice
        label="depth"
        value={query.depth}
        options={([1, 2, 3] as const).map((one) => [one, `depth-${one}`])}
        choose={(depth) => set({ depth: Number(depth) })}
      />
      <Choice
        label="outcome"
        value={query.outcome}
        options={outcomes.map((one) => [one, `outcome-${one}`])}
        choose={(outcome) => set({ outcome: outcome as TrafficQuery['outcome'] })}
      />
    </search>
  );
}

function Choice({
  label,
  value,
  options,
  choose,
}: {
  label: TrafficWord;
  value: string | number;
  options: readonly (readonly [value: string | number, word: TrafficWord])[];
  choose: (value: string) => void;
}) {
  return (
    <label class="field">
      <span>{words.say(label)}</span>
      <select value={String(value)} onChange={(event) => choose(event.currentTarget.value)}>
        {options.map(([one, word]) => (
          <option key={one} value={String(one)}>
            {words.say(word)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Counts up while the page is in front. */
function useRounds(every: number): number {
  const [round, setRound] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || setRound((before) => before + 1), every);
    return () => clearInterval(timer);
  }, [every]);
  return round;
}
