import type { Environment } from '../evaluate/environment.ts';
import type { EntityUid } from '../values/value.ts';
import { KeyedPolicies, type Visit } from './keyed-policies.ts';
import type { CompiledPolicy } from './policy.ts';
import type { Scope } from './scope.ts';

/**
 * Finds the policies that can hold for a request: by its action, the types of principal and resource, and then by the
 * entity that the scope names. A policy left out has a scope that doesn't hold, and a scope never fails, so decision,
 * reasons and errors are those of evaluating every policy.
 */
export class PolicyIndex {
  readonly #policies: readonly CompiledPolicy[];
  readonly #actions: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #principalTypes: ReadonlySet<string>;
  readonly #resourceTypes: ReadonlySet<string>;
  /** Made when first needed; as many at most as combinations of names that occur in the policies, plus "another". */
  readonly #buckets = new Map<string, Map<string, Map<string, Map<string, Bucket>>>>();

  constructor(policies: readonly CompiledPolicy[]) {
    this.#policies = policies;
    this.#actions = namedActions(policies);
    this.#principalTypes = new Set(policies.flatMap(({ scope }) => typeOf(scope.principal) ?? []));
    this.#resourceTypes = new Set(policies.flatMap(({ scope }) => typeOf(scope.resource) ?? []));
  }

  /** Calls `visit` for each policy that can hold, in no particular order. */
  visit(environment: Environment, visit: Visit): void {
    const { principal, action, resource } = environment;
    const bucket = this.#bucket(action, principal.type, resource.type);
    visitGroup(bucket.direct, environment, visit);
    // Policies whose `action in …` doesn't name this action matter only if the action has ancestors.
    if (bucket.inherited.size > 0 && (environment.actionEntity?.ancestors.size ?? 0) > 0) {
      visitGroup(bucket.inherited, environment, visit);
    }
  }

  #bucket(action: EntityUid, principalType: string, resourceType: string): Bucket {
    const known = this.#actions.get(action.type)?.has(action.id) ?? false;
    const path = [
      known ? action.type : other,
      known ? action.id : other,
      this.#principalTypes.has(principalType) ? principalType : other,
      this.#resourceTypes.has(resourceType) ? resourceType : other,
    ] as const;
    const byResource = child(child(child(this.#buckets, path[0]), path[1]), path[2]);
    let bucket = byResource.get(path[3]);
    if (bucket === undefined) {
      bucket = fill(this.#policies, known ? action : undefined, path[2], path[3]);
      byResource.set(path[3], bucket);
    }
    return bucket;
  }
}

/** No entity type is empty. */
const other = '';

interface Bucket {
  readonly direct: KeyedPolicies;
  readonly inherited: KeyedPolicies;
}

function fill(
  policies: readonly CompiledPolicy[],
  action: EntityUid | undefined,
  principalType: string,
  resourceType: string,
): Bucket {
  const bucket: Bucket = { direct: new KeyedPolicies(), inherited: new KeyedPolicies() };
  for (const policy of policies) {
    if ((typeOf(policy.scope.principal) ?? principalType) !== principalType) continue;
    if ((typeOf(policy.scope.resource) ?? resourceType) !== resourceType) continue;
    const way = actionWay(policy.scope.action, action);
    if (way !== 'never') bucket[way].add(policy, way === 'direct');
  }
  return bucket;
}

/** How a policy can apply to an action: as named, through the action's ancestors, or never. */
function actionWay(scope: Scope, action: EntityUid | undefined): 'direct' | 'inherited' | 'never' {
  if (scope.kind === 'any' || scope.kind === 'is') return 'direct';
  const named = scope.kind === 'equal' ? [scope.entity] : scope.entities;
  if (named.some(({ type, id }) => id === action?.id && type === action.type)) return 'direct';
  return scope.kind === 'equal' ? 'never' : 'inherited';
}

/** The type that an entity must have to satisfy the scope; undefined if it may have any. */
function typeOf(scope: Scope): string | undefined {
  if (scope.kind === 'is') return scope.type;
  return scope.kind === 'equal' ? scope.entity.type : undefined;
}

function namedActions(policies: readonly CompiledPolicy[]): ReadonlyMap<string, ReadonlySet<string>> {
  const actions = new Map<string, Set<string>>();
  for (const { scope } of policies) {
    if (scope.action.kind !== 'equal' && scope.action.kind !== 'in') continue;
    for (const { type, id } of scope.action.kind === 'equal'
      ? [scope.action.entity]
      : scope.action.entities) {
      const ids = actions.get(type) ?? new Set();
      actions.set(type, ids.add(id));
    }
  }
  return actions;
}

function visitGroup(group: KeyedPolicies, environment: Environment, visit: Visit): void {
  group.visitRest(visit);
  if (group.needsPrincipal) group.visitPrincipal(environment.principal, environment.principalEntity, visit);
  if (group.needsResource) group.visitResource(environment.resource, environment.resourceEntity, visit);
}

function child<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const inner = map.get(key) ?? new Map<string, V>();
  map.set(key, inner);
  return inner;
}
