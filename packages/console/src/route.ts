import { type FleetQuery, formatQuery, parseQuery } from './fleet/query.ts';

/** Where one is. It stands behind the `#` of the address, so that every view can be linked to and gone back to. */
export type Route =
  | { readonly view: 'fleet'; readonly query: FleetQuery }
  | { readonly view: 'device'; readonly id: string };

/** The route that an address's fragment names. What names none is the fleet. */
export function parseRoute(fragment: string): Route {
  const text = fragment.replace(/^#/, '');
  const id = /^\/devices\/([A-Za-z0-9._-]{1,64})$/.exec(text)?.[1];
  if (id !== undefined) return { view: 'device', id };
  const mark = text.indexOf('?');
  return { view: 'fleet', query: parseQuery(mark < 0 ? '' : text.slice(mark + 1)) };
}

export function fleetAddress(query: FleetQuery): string {
  const text = formatQuery(query);
  return text === '' ? '#/' : `#/?${text}`;
}

export function deviceAddress(id: string): string {
  return `#/devices/${id}`;
}

/** The one-time link in a fragment or in what somebody pasted: the whole address or the secret alone. */
export function signInLink(text: string): string | undefined {
  return /^(?:.*#sign-in=)?(ktl_[A-Za-z0-9_-]{16,120})$/.exec(text.trim())?.[1];
}
