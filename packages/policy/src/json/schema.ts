import type { NamedEntity } from '../entity-source.ts';
import type { EntityUid } from '../values/value.ts';

/**
 * What a schema expects where a value stands, as far as it changes how JSON is read: where an entity is expected,
 * `{"type", "id"}` is one without `__entity`, and where an extension value is expected, a string is its constructor's
 * argument. (Cedar documentation, "Entities JSON: schema-based parsing")
 */
export type Shape =
  | { readonly kind: 'entity' }
  | { readonly kind: 'extension'; readonly constructorName: string }
  | { readonly kind: 'set'; readonly element: Shape | undefined }
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, Shape> };

/** What reading entities and requests needs of a schema. */
export interface CedarSchema {
  /** Every action that the schema declares, with all the actions it is in. */
  readonly actions: readonly NamedEntity[];
  /** The attributes of an entity type. */
  attributes(type: string): Shape | undefined;
  /** Each tag of an entity type. */
  tag(type: string): Shape | undefined;
  context(action: EntityUid): Shape | undefined;
}
