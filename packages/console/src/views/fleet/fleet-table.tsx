import { useRef } from 'preact/hooks';
import { ClaimCell } from '../../components/claim-cell.tsx';
import { StandingTag, Status } from '../../components/status.tsx';
import type { Row } from '../../fleet/fleet.ts';
import { type FleetQuery, type SortKey, sortedBy } from '../../fleet/query.ts';
import { say } from '../../i18n/language.ts';
import { deviceAddress } from '../../route.ts';
import { cameFrom, showFleet } from '../../state/navigation.ts';
import { claimNames } from '../../trust/claims.ts';
import { useRowFocus } from './row-focus.ts';
import { useRowWindow } from './use-row-window.ts';

const COLUMNS = 5 + claimNames.length;

/** The fleet as a table. Only the rows near the screen are drawn; assistive technology is told how many there are. */
export function FleetTable({ rows, query }: { rows: readonly Row[]; query: FleetQuery }) {
  const body = useRef<HTMLTableSectionElement>(null);
  const { first, end, above, below } = useRowWindow(body, rows.length);
  const returned = cameFrom.value;
  const moveFocus = useRowFocus(
    body,
    rows.length,
    returned === undefined ? -1 : rows.findIndex((row) => row.device.id === returned),
  );
  return (
    <table class="fleet-table" aria-rowcount={rows.length + 1}>
      <caption class="unseen">{say('fleet.caption')}</caption>
      <thead>
        <tr aria-rowindex={1}>
          <SortHeading sort="status" query={query} />
          <SortHeading sort="device" query={query} />
          {claimNames.map((name) => (
            <th key={name} scope="col" class="col-claim">
              <abbr title={`${name}: ${say(`question.${name}`)}`}>{say(`claim.${name}`)}</abbr>
            </th>
          ))}
          <SortHeading sort="standing" query={query} />
          <SortHeading sort="group" query={query} />
          <SortHeading sort="connections" query={query} />
        </tr>
      </thead>
      <Space height={above} />
      <tbody ref={body} onKeyDown={moveFocus}>
        {rows.slice(first, end).map((row, offset) => (
          <FleetRow key={row.device.id} row={row} index={first + offset} />
        ))}
      </tbody>
      <Space height={below} />
    </table>
  );
}

const descending: ReadonlySet<SortKey> = new Set<SortKey>(['status', 'connections']);

function SortHeading({ sort, query }: { sort: SortKey; query: FleetQuery }) {
  const active = query.sort === sort;
  const down = descending.has(sort) !== query.reversed;
  return (
    <th
      scope="col"
      class={`col-${sort}`}
      aria-sort={active ? (down ? 'descending' : 'ascending') : undefined}
    >
      <button type="button" class="sort" onClick={() => showFleet(sortedBy(query, sort))}>
        {say(`column.${sort}`)}
        <span class="sort-mark" aria-hidden="true">
          {active ? (down ? '↓' : '↑') : ''}
        </span>
      </button>
    </th>
  );
}

/** Stands in for the rows that are not drawn. */
function Space({ height }: { height: number }) {
  return (
    <tbody class="space" aria-hidden="true">
      {height > 0 && (
        <tr>
          <td colSpan={COLUMNS} style={{ height: `${height}px` }} />
        </tr>
      )}
    </tbody>
  );
}

function FleetRow({ row: { device }, index }: { row: Row; index: number }) {
  const { id, status, overdue, vector, standing, groups, connections } = device;
  const [first] = connections;
  return (
    <tr aria-rowindex={index + 2} data-row={index} data-tier={status}>
      <td class="col-status">
        <Status tier={status} overdue={overdue} />
      </td>
      <th scope="row" class="col-device">
        <a href={deviceAddress(id)} title={id}>
          {id}
        </a>
      </th>
      {claimNames.map((name) => (
        <td key={name} class="col-claim">
          <ClaimCell value={vector[name]} />
        </td>
      ))}
      <td class="col-standing">
        <StandingTag standing={standing} />
      </td>
      <td class="col-group" title={groups.join(' ')}>
        {groups.join(' ')}
      </td>
      <td
        class="col-connections"
        title={connections.map(({ clientId, address }) => `${clientId} ${address}`).join('\n')}
      >
        {first === undefined ? (
          <span class="soft">{say('not-connected')}</span>
        ) : (
          <>
            {connections.length} <span class="soft address">{first.address}</span>
          </>
        )}
      </td>
    </tr>
  );
}
