import {
  type ExactJson,
  entitiesToJson,
  exactJsonText,
  requestToJson,
  type Scenario,
  showValue,
} from '@kiten/policy';
import { print } from './output.ts';

/** A request and its entities in Cedar's JSON forms, ready for `kiten policy decide`. */
export function scenarioJson({ request, entities }: Scenario) {
  return { request: requestToJson(request), entities: entitiesToJson(entities) };
}

/** A request and what is known of its entities, for people. */
export function printScenario({ request, entities }: Scenario, indent: string): void {
  const { principal, action, resource, context } = request;
  const uid = (name: { readonly type: string; readonly id: string }) =>
    `${name.type}::${JSON.stringify(name.id)}`;
  print(`${indent}${uid(principal)} ${uid(action)} ${uid(resource)}`);
  print(`${indent}context ${showValue(context)}`);
  for (const entity of entitiesToJson(entities)) print(`${indent}${exactJsonText(plain(entity))}`);
}

/** Without what is empty. */
function plain(entity: ExactJson): ExactJson {
  return Object.fromEntries(
    Object.entries(entity as Readonly<Record<string, ExactJson>>).filter(
      ([, part]) => typeof part !== 'object' || part === null || Object.keys(part).length > 0,
    ),
  );
}
