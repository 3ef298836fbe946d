import { type FleetQuery, formatQuery } from './fleet/query.ts';
import type { ClaimName } from './trust/claims.ts';

/**
 * Where one is. It stands behind the `#` of the address, so that every view can be linked to and gone back to:
 * a path that names the view, and a query string that says what is shown in it.
 */
export interface Route {
  readonly path: string;
  readonly search: string;
}

/** The route that an address's fragment names. What is no path is the first page. */
export function parseRoute(fragment: string): Route {
  const text = fragment.replace(/^#/, '');
  if (!text.startsWith('/')) return { path: '/', search: '' };
  const mark = text.indexOf('?');
  return mark < 0 ? { path: text, search: '' } : { path: text.slice(0, mark), search: text.slice(mark + 1) };
}

export function formatRoute({ path, search }: Route): string {
  return search === '' ? `#${path}` : `#${path}?${search}`;
}

export type RouteParameters = Readonly<Record<string, string>>;

const wellFormed = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * What stands in the places of a pattern such as `/devices/:id`; undefined if the path is another. What stands in a
 * place has the form of an id.
 */
export function matchPath(pattern: string, path: string): RouteParameters | undefined {
  const [names, parts] = [pattern.split('/'), path.split('/')];
  if (names.length !== parts.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const part = parts[index] ?? '';
    if (!name.startsWith(':')) {
      if (name !== part) return undefined;
    } else if (wellFormed.test(part)) parameters[name.slice(1)] = part;
    else return undefined;
  }
  return parameters;
}

/** The device that a view is about. */
export function deviceIn({ path }: Route): string | undefined {
  return matchPath('/devices/:id', path.split('/').slice(0, 3).join('/'))?.id;
}

export function fleetAddress(query: FleetQuery): string {
  return formatRoute({ path: '/', search: formatQuery(query) });
}

export function deviceAddress(id: string): string {
  return `#/devices/${id}`;
}

/** Why a claim about a device has the value that it has. */
export function whyAddress(id: string, claim: ClaimName): string {
  return `${deviceAddress(id)}/why/${claim}`;
}

/** The one-time link in a fragment or in what somebody pasted: the whole address or the secret alone. */
export function signInLink(text: string): string | undefined {
  return /^(?:.*#sign-in=)?(ktl_[A-Za-z0-9_-]{16,120})$/.exec(text.trim())?.[1];
}
