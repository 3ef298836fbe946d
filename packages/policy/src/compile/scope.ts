import { isActionType, readEntityUid, readTypeName } from '../json/entity-uid.ts';
import { isJsonObject, readList, readObject, refuse } from '../json/read.ts';
import type { EntityUid } from '../values/value.ts';

export const policyCode = 'policy/json-policy';

/** What a policy's scope asks of the principal, action or resource. */
export type Scope =
  | { readonly kind: 'any' }
  | { readonly kind: 'equal'; readonly entity: EntityUid }
  | { readonly kind: 'in'; readonly entities: readonly EntityUid[] }
  | { readonly kind: 'is'; readonly type: string; readonly within?: EntityUid };

export type Slots = Readonly<Partial<Record<string, EntityUid>>>;
export type ScopeName = 'principal' | 'action' | 'resource';

/** Reads the scope of one of the three; a slot is filled with its entity, and may stand only where Cedar allows it. */
export function readScope(json: unknown, name: ScopeName, slots: Slots): Scope {
  const what = { code: policyCode, name: `the scope of ${name}` } as const;
  const op = isJsonObject(json) ? json.op : undefined;
  if (op === 'All') {
    readObject(json, what, ['op']);
    return { kind: 'any' };
  }
  if (op === '==') return { kind: 'equal', entity: readTarget(json, name, slots, ['op']) };
  if (op === 'in') return { kind: 'in', entities: readGroups(json, name, slots) };
  if (op === 'is' && name !== 'action') return readIs(json, name, slots);
  return refuse(
    policyCode,
    `an operator of the scope of ${name}: All, ==, in${name === 'action' ? '' : ' or is'}`,
    json,
  );
}

function readGroups(json: unknown, name: ScopeName, slots: Slots): readonly EntityUid[] {
  if (name !== 'action' || !isJsonObject(json) || !Object.hasOwn(json, 'entities')) {
    return [readTarget(json, name, slots, ['op'])];
  }
  const { entities } = readObject(json, { code: policyCode, name: 'the scope of action' }, [
    'op',
    'entities',
  ]);
  return readList(entities, policyCode, 'the actions').map((entity) => readEntity(entity, name));
}

function readIs(json: unknown, name: ScopeName, slots: Slots): Scope {
  const parts = readObject(
    json,
    { code: policyCode, name: `the scope of ${name}` },
    ['op', 'entity_type'],
    ['in'],
  );
  const type = readTypeName(parts.entity_type, policyCode);
  return parts.in === undefined
    ? { kind: 'is', type }
    : { kind: 'is', type, within: readTarget(parts.in, name, slots, []) };
}

/** `{"entity": …}`, or `{"slot": …}` where the slot has been given an entity. */
function readTarget(json: unknown, name: ScopeName, slots: Slots, others: readonly string[]): EntityUid {
  const what = { code: policyCode, name: `the scope of ${name}` } as const;
  if (!isJsonObject(json) || !Object.hasOwn(json, 'slot')) {
    return readEntity(readObject(json, what, [...others, 'entity']).entity, name);
  }
  const { slot } = readObject(json, what, [...others, 'slot']);
  if (slot !== `?${name}` || name === 'action')
    return refuse(policyCode, `?principal or ?resource in its own scope`, slot);
  const entity = slots[slot];
  return (
    entity ?? refuse(policyCode, `an entity for ${slot}: a policy with a slot is a template and needs a link`)
  );
}

function readEntity(json: unknown, name: ScopeName): EntityUid {
  const entity = readEntityUid(json, policyCode);
  if (name !== 'action' || isActionType(entity.type)) return entity;
  return refuse(
    policyCode,
    'an entity of type Action in the scope of action',
    `${entity.type}::${entity.id}`,
  );
}

/** The slots a template has, read without filling them. */
export function slotsOf(policy: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  if (!isJsonObject(policy)) return found;
  for (const scope of [policy.principal, policy.resource]) {
    if (!isJsonObject(scope)) continue;
    for (const part of [scope, scope.in]) {
      if (isJsonObject(part) && typeof part.slot === 'string') found.add(part.slot);
    }
  }
  return found;
}
