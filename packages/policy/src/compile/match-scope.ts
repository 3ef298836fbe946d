import type { Environment } from '../evaluate/environment.ts';
import { isIn } from '../evaluate/hierarchy.ts';
import type { EntityValue } from '../values/value.ts';
import type { Scope } from './scope.ts';

/** Whether an entity of the request satisfies a scope. Never fails: an unknown entity is merely in nothing else. */
export type MatchScope = (entity: EntityValue, environment: Environment) => boolean;

/** The scope as a predicate; undefined if everything satisfies it. */
export function compileScope(scope: Scope): MatchScope | undefined {
  switch (scope.kind) {
    case 'any':
      return undefined;
    case 'equal': {
      const { type, id } = scope.entity;
      return (entity) => entity.id === id && entity.type === type;
    }
    case 'in': {
      const groups = scope.entities;
      return (entity, environment) => groups.some((group) => isIn(entity, group, environment));
    }
    case 'is': {
      const { type, within } = scope;
      if (within === undefined) return (entity) => entity.type === type;
      return (entity, environment) => entity.type === type && isIn(entity, within, environment);
    }
  }
}
