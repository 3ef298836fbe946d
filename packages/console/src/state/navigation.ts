import { signal } from '@preact/signals';
import { everything, type FleetQuery, formatQuery, parseQuery } from '../fleet/query.ts';
import { deviceIn, formatRoute, parseRoute, type Route } from '../route.ts';
import { session, signIn, takeLink } from './session.ts';

export const route = signal<Route>({ path: '/', search: '' });
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
  const isFleet = next.path === '/';
  cameFrom.value = isFleet ? deviceIn(before) : undefined;
  if (isFleet) lastQuery.value = parseQuery(next.search);
  route.value = next;
}

/** Shows other devices, in place: a filter is not a step that one goes back over. */
export function showFleet(query: FleetQuery): void {
  lastQuery.value = query;
  showInPlace({ path: '/', search: formatQuery(query) });
}

/** Shows something else of the present view, in place. */
export function showSearch(fields: Readonly<Record<string, string>>): void {
  const given = Object.entries(fields).filter(([, value]) => value !== '');
  const search = new URLSearchParams(given).toString().replaceAll('%2C', ',').replaceAll('%2F', '/');
  showInPlace({ path: route.peek().path, search });
}

function showInPlace(next: Route): void {
  history.replaceState(null, '', formatRoute(next));
  route.value = next;
}
