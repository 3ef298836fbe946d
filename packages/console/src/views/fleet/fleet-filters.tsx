import { everything, type FleetQuery, isFiltered, type SortKey, sortKeys } from '../../fleet/query.ts';
import { say } from '../../i18n/language.ts';
import { showFleet } from '../../state/navigation.ts';
import { counts, groups } from '../../state/site.ts';
import { standings } from '../../trust/standing.ts';

/** Which devices are shown. All of it stands in the address, to be kept and sent. */
export function FleetFilters({ query, shown }: { query: FleetQuery; shown: number }) {
  const set = (change: Partial<FleetQuery>) => showFleet({ ...query, ...change });
  const known = groups.value;
  // A group in the address that no device is in stays visible as what is asked for.
  const offered = query.group === undefined || known.includes(query.group) ? known : [...known, query.group];
  return (
    <search class="filters">
      <label class="field field-wide">
        <span>{say('fleet.search')}</span>
        <input
          type="search"
          value={query.text}
          placeholder={say('fleet.search-hint')}
          spellcheck={false}
          autocomplete="off"
          maxLength={200}
          onInput={(event) => set({ text: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>{say('fleet.standing')}</span>
        <select
          value={query.standing ?? ''}
          onChange={(event) => {
            const { value } = event.currentTarget;
            set({ standing: standings.find((one) => one === value) });
          }}
        >
          <option value="">{say('fleet.all')}</option>
          {standings.map((one) => (
            <option key={one} value={one}>
              {say(`standing.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{say('fleet.group')}</span>
        <select
          value={query.group ?? ''}
          onChange={(event) => set({ group: event.currentTarget.value || undefined })}
        >
          <option value="">{say('fleet.all')}</option>
          {offered.map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <label class="field field-sort">
        <span>{say('fleet.sort')}</span>
        <select
          value={query.sort}
          onChange={(event) => set({ sort: event.currentTarget.value as SortKey, reversed: false })}
        >
          {sortKeys.map((one) => (
            <option key={one} value={one}>
              {say(`sort.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <p class="shown" aria-live="polite">
        {isFiltered(query) && say('fleet.shown', { shown: String(shown), total: String(counts.value.total) })}
      </p>
      {isFiltered(query) && (
        <button
          type="button"
          class="quiet"
          onClick={() => set({ ...everything, sort: query.sort, reversed: query.reversed })}
        >
          {say('fleet.clear')}
        </button>
      )}
    </search>
  );
}
