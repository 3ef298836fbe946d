import {
  compilePolicies,
  defaultPolicies,
  type EntitySource,
  entities,
  type NamedEntity,
  type Request,
  recordValue,
  topicEntity,
} from '@kiten/policy';
import { parsePolicies } from '@kiten/policy/cedar';

export { device } from './fleet.ts';

export const compiledDefaults = compilePolicies(parsePolicies(defaultPolicies));

export function requestOf(who: NamedEntity, action: string, path: string): Request {
  return {
    principal: who.uid,
    action: { type: 'Action', id: action },
    resource: topicEntity(path).uid,
    context: recordValue({ retain: false, will: false }),
  };
}

export function entitiesOf(who: NamedEntity, path: string): EntitySource {
  return entities(who, topicEntity(path));
}
