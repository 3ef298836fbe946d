import { signal } from '@preact/signals';
import { everything, type FleetQuery } from '../fleet/query.ts';
import { fleetAddress, parseRoute, type Route } from '../route.ts';
import { session, signIn, takeLink } from './session.ts';

export const route = signal<Route>({ view: 'fleet', query: everything });
/** The fleet as it was last looked at, to go back to. */
export const lastQuery = signal<FleetQuery>(everything);
/** The device one has just come from, whose row gets the focus back. */
export const cameFrom = signal<string | undefined>(undefined);

export function watchAddress(): void {
  read();
  addEventListener('hashchange', () => {
    const link = takeLink();
    if (link !== undefined && session.peek().state !== 'signed-in') void signIn(link);
    read();
  });
}

function read(): void {
  const before = route.peek();
  const next = parseRoute(location.hash);
  cameFrom.value = before.view === 'device' && next.view === 'fleet' ? before.id : undefined;
  if (next.view === 'fleet') lastQuery.value = next.query;
  route.value = next;
}

/** Shows other devices, in place: a filter is not a step that one goes back over. */
export function showFleet(query: FleetQuery): void {
  history.replaceState(null, '', fleetAddress(query));
  lastQuery.value = query;
  route.value = { view: 'fleet', query };
}
