import type { Request } from '../decision.ts';
import type { NamedEntity } from '../entity-source.ts';
import { type ExactJson, fieldsToJson, uidToJson } from './value-to-json.ts';

/** A request in Cedar's JSON form. */
export function requestToJson({ principal, action, resource, context }: Request) {
  return {
    principal: uidToJson(principal),
    action: uidToJson(action),
    resource: uidToJson(resource),
    context: fieldsToJson(context.fields),
  };
}

/** Entities in Cedar's JSON form; all that one is in are written as its parents. */
export function entitiesToJson(entities: readonly NamedEntity[]): readonly ExactJson[] {
  return entities.map(({ uid, entity: { attributes, ancestors, tags } }) => ({
    uid: uidToJson(uid),
    attrs: fieldsToJson(attributes),
    parents: [...ancestors].flatMap(([type, ids]) => [...ids].map((id) => ({ type, id }))),
    ...(tags.size === 0 ? {} : { tags: fieldsToJson(tags) }),
  }));
}
