import type { Entity } from '../entity-source.ts';
import type { EntityUid } from '../values/value.ts';
import type { CompiledPolicy } from './policy.ts';
import type { Scope } from './scope.ts';

type Keyed = Map<string, Map<string, CompiledPolicy[]>>;
export type Visit = (policy: CompiledPolicy) => void;

/**
 * Policies filed under the one entity that their scope of principal, or else of resource, names with `==` or `in`: such
 * a policy can only hold if the request's entity is that one or has it among its ancestors. The rest are always visited.
 */
export class KeyedPolicies {
  readonly #rest: CompiledPolicy[] = [];
  readonly #byPrincipal: Keyed = new Map();
  readonly #byResource: Keyed = new Map();

  /**
   * Of a policy that is only ever visited where its scope holds, `holds` asks for its conditions alone. That the action and
   * the types fit has been seen to: `isActionFit` says whether for all of the action.
   */
  add(policy: CompiledPolicy, isActionFit: boolean): void {
    const { principal, resource } = policy.scope;
    const [principalKey, resourceKey] = [keyOf(principal), keyOf(resource)];
    const isPrincipalFit = principalKey !== undefined || isType(principal);
    const isResourceFit = (principalKey === undefined && resourceKey !== undefined) || isType(resource);
    const isFit = isActionFit && isPrincipalFit && isResourceFit;
    const visited = isFit ? { ...policy, holds: policy.conditionsHold } : policy;
    if (principalKey !== undefined) file(this.#byPrincipal, principalKey, visited);
    else if (resourceKey !== undefined) file(this.#byResource, resourceKey, visited);
    else this.#rest.push(visited);
  }

  get needsPrincipal(): boolean {
    return this.#byPrincipal.size > 0;
  }

  get needsResource(): boolean {
    return this.#byResource.size > 0;
  }

  get size(): number {
    return this.#rest.length + this.#byPrincipal.size + this.#byResource.size;
  }

  visitRest(visit: Visit): void {
    for (const policy of this.#rest) visit(policy);
  }

  visitPrincipal(uid: EntityUid, entity: Entity | undefined, visit: Visit): void {
    visitKeyed(this.#byPrincipal, uid, entity, visit);
  }

  visitResource(uid: EntityUid, entity: Entity | undefined, visit: Visit): void {
    visitKeyed(this.#byResource, uid, entity, visit);
  }
}

/** Whether it asks for no more than a type. */
function isType(scope: Scope): boolean {
  return scope.kind === 'any' || (scope.kind === 'is' && scope.within === undefined);
}

function keyOf(scope: Scope): EntityUid | undefined {
  switch (scope.kind) {
    case 'any':
      return undefined;
    case 'equal':
      return scope.entity;
    case 'in':
      return scope.entities.length === 1 ? scope.entities[0] : undefined;
    case 'is':
      return scope.within;
  }
}

function file(keyed: Keyed, { type, id }: EntityUid, policy: CompiledPolicy): void {
  const byId = keyed.get(type) ?? new Map<string, CompiledPolicy[]>();
  keyed.set(type, byId);
  const list = byId.get(id);
  if (list === undefined) byId.set(id, [policy]);
  else list.push(policy);
}

function visitKeyed(keyed: Keyed, uid: EntityUid, entity: Entity | undefined, visit: Visit): void {
  visitList(keyed.get(uid.type)?.get(uid.id), visit);
  if (entity === undefined) return;
  for (const [type, ids] of entity.ancestors) {
    const byId = keyed.get(type);
    if (byId === undefined) continue;
    // Walk the shorter of the two: a device in few groups, or few policies about groups.
    const shared = ids.size <= byId.size ? ids : byId.keys();
    for (const id of shared) {
      // Its own policies have been visited, should a source count an entity among its ancestors.
      if (ids.has(id) && !(id === uid.id && type === uid.type)) visitList(byId.get(id), visit);
    }
  }
}

function visitList(list: readonly CompiledPolicy[] | undefined, visit: Visit): void {
  if (list !== undefined) for (const policy of list) visit(policy);
}
