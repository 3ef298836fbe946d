import type { EntityUid, EntityValue, Value } from '../values/value.ts';
import type { Environment } from './environment.ts';
import { failType } from './failure.ts';
import { asEntity } from './operands.ts';

/** Whether an entity is another or has it among its ancestors; an unknown entity is in itself only. */
export function isIn(entity: EntityValue, group: EntityUid, environment: Environment): boolean {
  if (entity.id === group.id && entity.type === group.type) return true;
  return environment.entity(entity)?.ancestors.get(group.type)?.has(group.id) ?? false;
}

/** Cedar's `in`: an entity in an entity, or in some element of a set, all of whose elements must be entities. */
export function isInValue(left: Value, right: Value, environment: Environment): boolean {
  const entity = asEntity(left);
  if (typeof right === 'object' && right.kind === 'entity') return isIn(entity, right, environment);
  if (typeof right !== 'object' || right.kind !== 'set') return failType('entity or set of entities', right);
  const groups = right.elements.map(asEntity);
  return groups.some((group) => isIn(entity, group, environment));
}
