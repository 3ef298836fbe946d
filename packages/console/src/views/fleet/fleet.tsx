import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { Command } from '../../components/command.tsx';
import { ViewHeading } from '../../components/heading.tsx';
import { saveFile } from '../../components/save-file.ts';
import { fleetCsv, fleetJson } from '../../fleet/export.ts';
import { everything, type FleetQuery, isFiltered, parseQuery } from '../../fleet/query.ts';
import { selectRows } from '../../fleet/select.ts';
import { say, times } from '../../i18n/language.ts';
import { cameFrom, showFleet } from '../../state/navigation.ts';
import { counts, fleetKnown, heldAt, hold, shownFleet } from '../../state/site.ts';
import { News } from '../page/news.tsx';
import type { ViewProps } from '../view.ts';
import { FleetCounts } from './fleet-counts.tsx';
import { FleetFilters } from './fleet-filters.tsx';
import { FleetTable } from './fleet-table.tsx';

/** The fleet by trust vector. */
export function FleetView({ search }: ViewProps) {
  const query = useMemo(() => parseQuery(search), [search]);
  const newsShown = useSignal(false);
  const wanted = useSignal(query);
  useEffect(() => {
    wanted.value = query;
  }, [query, wanted]);
  const rows = useComputed(() => selectRows(shownFleet.value, wanted.value));
  return (
    <div class="fleet" data-news={newsShown.value}>
      <section class="fleet-main" aria-label={say('fleet.title')}>
        <div class="view-head">
          <ViewHeading focus={cameFrom.value === undefined}>{say('fleet.title')}</ViewHeading>
          {fleetKnown.value && <FleetTotals />}
          <span class="spring" />
          {fleetKnown.value && <Export rows={rows.value} />}
          <button
            type="button"
            class="news-switch"
            aria-pressed={newsShown.value}
            onClick={() => {
              newsShown.value = !newsShown.value;
            }}
          >
            {say('news.title')}
          </button>
          <HoldButton />
        </div>
        {heldAt.value !== undefined && (
          <p class="banner" data-kind="held">
            {say('hold.held', { time: times.value.short(heldAt.value, Date.now()) })}
          </p>
        )}
        <div class="fleet-body">
          {fleetKnown.value ? (
            <Known query={query} rows={rows.value} />
          ) : (
            <p class="notice">{say('loading')}</p>
          )}
        </div>
      </section>
      <News />
    </div>
  );
}

/** What is shown, as a file. */
function Export({ rows }: { rows: ReturnType<typeof selectRows> }) {
  return (
    <span class="export">
      <button type="button" onClick={() => saveFile('fleet.csv', 'text/csv', fleetCsv(rows))}>
        {say('fleet.csv')}
      </button>
      <button type="button" onClick={() => saveFile('fleet.json', 'application/json', fleetJson(rows))}>
        {say('fleet.json')}
      </button>
    </span>
  );
}

function FleetTotals() {
  const { total, connected } = counts.value;
  return (
    <p class="totals">
      {say(total === 1 ? 'fleet.devices.one' : 'fleet.devices.other', { count: String(total) })}
      {' · '}
      {say('fleet.connected', { count: String(connected) })}
    </p>
  );
}

/** What moves by itself can be stopped (WCAG 2.2.2). */
function HoldButton() {
  const held = heldAt.value !== undefined;
  return (
    <button type="button" class="hold" onClick={() => hold(!held, Date.now())}>
      {say(held ? 'hold.off' : 'hold.on')}
    </button>
  );
}

function Known({ query, rows }: { query: FleetQuery; rows: ReturnType<typeof selectRows> }) {
  if (counts.value.total === 0) {
    return (
      <div class="notice">
        <p>{say('fleet.empty')}</p>
        <Command text="kiten token create --device pump-1" />
      </div>
    );
  }
  return (
    <>
      <FleetCounts query={query} />
      <FleetFilters query={query} shown={rows.length} />
      {rows.length > 0 ? (
        <FleetTable rows={rows} query={query} />
      ) : (
        <div class="notice">
          <p>{say('fleet.no-match')}</p>
          {isFiltered(query) && (
            <button
              type="button"
              onClick={() => showFleet({ ...everything, sort: query.sort, reversed: query.reversed })}
            >
              {say('fleet.clear')}
            </button>
          )}
        </div>
      )}
    </>
  );
}
