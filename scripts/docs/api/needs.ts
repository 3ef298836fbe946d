import {
  compilePolicies,
  decide,
  defaultPolicies,
  emptyRecord,
  entities,
  operatorEntity,
} from '@kiten/policy';
import { parsePolicies } from '@kiten/policy/cedar';
import { areaOf, type Scope, scopesFor } from '../../../packages/kiten/src/site/access/scopes.ts';
import { type Role, roles } from '../../../packages/kiten/src/site/operators.ts';
import type { OperatorAction } from '../../../packages/kiten/src/site/policies.ts';
import type { Route } from './open-api.ts';

/** Who may use a route: everybody, or an operator in one of these roles, whose token has one of these scopes. */
export type Needs =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'operator';
      readonly roles: readonly Role[];
      readonly scopes: readonly Scope[];
      /** A browser must have signed in just now. */
      readonly isFresh: boolean;
    };

const policies = compilePolicies(parsePolicies(defaultPolicies));

/** Roles are judged as the policies that a new site has judge them; a site's own may differ. */
export function needsOf({ url, config }: Route): Needs {
  if (config?.open === true) return { kind: 'open' };
  const action = config?.action ?? 'view';
  return {
    kind: 'operator',
    roles: roles.filter((role) => permits(role, action)),
    scopes: scopesFor(action, areaOf(url)),
    isFresh: config?.fresh === true,
  };
}

function permits(role: Role, id: OperatorAction): boolean {
  const known = operatorEntity({ name: 'somebody', roles: [role] });
  const request = {
    principal: known.uid,
    action: { type: 'Action', id },
    resource: { type: 'Site', id: 'site' },
    context: emptyRecord,
  };
  return decide(policies, request, entities(known)).allow;
}
