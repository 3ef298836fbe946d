import type { OperatorAction } from '../policies.ts';

/** What a token can be made for. It never allows more than its operator's role does. */
export const scopes = [
  'view',
  'devices',
  'enrolment',
  'policies',
  'operate',
  'administer',
  'account',
] as const;
export type Scope = (typeof scopes)[number];

/** Parts of the API for which there is a scope of their own, by the first segment of the route. */
const areas: Readonly<Record<string, Scope>> = {
  devices: 'devices',
  tokens: 'enrolment',
  policies: 'policies',
  groups: 'policies',
  references: 'policies',
  'reference-keys': 'policies',
  'tpm-vendors': 'policies',
  'sign-in-links': 'account',
  sessions: 'account',
  'api-tokens': 'account',
  passkeys: 'account',
  'recovery-codes': 'account',
};

/** @param route as it is registered: `/api/v1/devices/:id/revoke` */
export function areaOf(route: string | undefined): Scope | undefined {
  return areas[/^\/api\/v1\/([^/]+)/.exec(route ?? '')?.[1] ?? ''];
}

/** The scopes of which one is needed for this, the narrowest first. */
export function scopesFor(action: OperatorAction, area: Scope | undefined): readonly Scope[] {
  // Whoever can make links and tokens for an operator can be that operator: nothing else implies it.
  if (area === 'account') return ['account'];
  const wide: readonly Scope[] = wider[action];
  return area === undefined ? wide : [area, ...wide];
}

const wider: Readonly<Record<OperatorAction, readonly Scope[]>> = {
  view: ['view', 'operate', 'administer'],
  operate: ['operate', 'administer'],
  administer: ['administer'],
};
