import { canonicalKey } from '../../values/equality.ts';
import { type EntityUid, entityValue } from '../../values/value.ts';
import type { RecordType, Type } from './type.ts';

/** A schema as the prover uses it. */
export interface SchemaModel {
  readonly entityTypes: ReadonlyMap<string, EntityTypeModel>;
  /** By `Type::"id"`. */
  readonly actions: ReadonlyMap<string, ActionModel>;
}

export interface EntityTypeModel {
  readonly name: string;
  readonly attributes: RecordType;
  readonly tag: Type | undefined;
  /** The ids there are, if the type is enumerated. */
  readonly enumerated: readonly string[] | undefined;
  /** The types that an entity may be directly in. */
  readonly memberOf: ReadonlySet<string>;
  /** The types of everything that an entity of this type can be in; its own only if one can be in another of its type. */
  readonly above: ReadonlySet<string>;
}

export interface ActionModel {
  readonly uid: EntityUid;
  /** All that the action is in, transitively; itself not. */
  readonly above: readonly EntityUid[];
  readonly parents: readonly EntityUid[];
  readonly principalTypes: readonly string[];
  readonly resourceTypes: readonly string[];
  readonly context: RecordType;
}

/** One action with one type of principal and one of resource. Each request that fits the schema belongs to one. */
export interface RequestEnvironment {
  readonly principal: string;
  readonly action: ActionModel;
  readonly resource: string;
}

/** Every environment of a schema, in the order of its actions. */
export function environmentsOf(schema: SchemaModel): readonly RequestEnvironment[] {
  return [...schema.actions.values()].flatMap((action) =>
    action.principalTypes.flatMap((principal) =>
      action.resourceTypes.map((resource) => ({ principal, action, resource })),
    ),
  );
}

export function uidKey({ type, id }: EntityUid): string {
  return canonicalKey(entityValue(type, id));
}

/** `Device publish Topic`, for people. */
export function showEnvironment({ principal, action, resource }: RequestEnvironment): string {
  return `${principal} ${action.uid.id} ${resource}`;
}
