import type { EntityUid, Value } from './values/value.ts';

/** What is known about one entity. Immutable: to change an entity, give the source a new one. */
export interface Entity {
  readonly attributes: ReadonlyMap<string, Value>;
  /** Everything this entity is in, transitively, by type and id; itself not among them. */
  readonly ancestors: ReadonlyMap<string, ReadonlySet<string>>;
  readonly tags: ReadonlyMap<string, Value>;
}

/** Where the evaluator looks entities up: the gateway's replica, or a file of entities. */
export interface EntitySource {
  /** The entity of that exact type and id, or undefined if it is not known. Called on the hot path. */
  get(type: string, id: string): Entity | undefined;
}

/** An entity together with its name. */
export interface NamedEntity {
  readonly uid: EntityUid;
  readonly entity: Entity;
}

/** A source over a fixed list; of two entities with one name the later counts. For few entities, as in one decision. */
export function entities(...list: readonly NamedEntity[]): EntitySource {
  const byType = new Map<string, Map<string, Entity>>();
  for (const { uid, entity } of list) {
    const byId = byType.get(uid.type) ?? new Map<string, Entity>();
    byType.set(uid.type, byId.set(uid.id, entity));
  }
  return { get: (type, id) => byType.get(type)?.get(id) };
}
