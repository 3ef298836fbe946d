import type { Request } from '../decision.ts';
import type { Entity, EntitySource } from '../entity-source.ts';
import { type EntityUid, type EntityValue, entityValue, type RecordValue } from '../values/value.ts';

/** What an expression is evaluated in: one request and the entities, each of the request's looked up at most once. */
export class Environment {
  readonly principal: EntityValue;
  readonly action: EntityValue;
  readonly resource: EntityValue;
  readonly context: RecordValue;
  readonly #entities: EntitySource;
  /** null: not looked up yet. */
  #principalEntity: Entity | undefined | null = null;
  #actionEntity: Entity | undefined | null = null;
  #resourceEntity: Entity | undefined | null = null;

  constructor(request: Request, entities: EntitySource) {
    this.principal = asValue(request.principal);
    this.action = asValue(request.action);
    this.resource = asValue(request.resource);
    this.context = request.context;
    this.#entities = entities;
  }

  /** What is known about an entity; undefined if nothing is. */
  entity(of: EntityValue): Entity | undefined {
    if (of === this.principal) return this.principalEntity;
    if (of === this.resource) return this.resourceEntity;
    if (of === this.action) return this.actionEntity;
    return this.#entities.get(of.type, of.id);
  }

  get principalEntity(): Entity | undefined {
    if (this.#principalEntity === null) this.#principalEntity = this.#find(this.principal);
    return this.#principalEntity;
  }

  get actionEntity(): Entity | undefined {
    if (this.#actionEntity === null) this.#actionEntity = this.#find(this.action);
    return this.#actionEntity;
  }

  get resourceEntity(): Entity | undefined {
    if (this.#resourceEntity === null) this.#resourceEntity = this.#find(this.resource);
    return this.#resourceEntity;
  }

  #find(uid: EntityUid): Entity | undefined {
    return this.#entities.get(uid.type, uid.id);
  }
}

function asValue(uid: EntityUid): EntityValue {
  return 'kind' in uid ? (uid as EntityValue) : entityValue(uid.type, uid.id);
}
