import { type ClaimName, claimNames, type Standing, type Tier, type TrustVector, tierOf } from '@kiten/trust';
import type { Entity, NamedEntity } from '../entity-source.ts';
import { entityValue, recordValue, type Value } from '../values/value.ts';

/** What the policies know of a device. Build its entity once per trust epoch, not per decision. */
export interface DeviceFacts {
  readonly id: string;
  readonly groups: readonly string[];
  readonly standing: Standing;
  readonly vector: TrustVector;
  readonly overdue: boolean;
  /** `sourced-data` apart from its streams, where what they say is told from what else it says. */
  readonly ownSourcedData?: Tier | undefined;
}

export interface OperatorFacts {
  readonly name: string;
  readonly roles: readonly string[];
}

const noAttributes: ReadonlyMap<string, Value> = new Map();
const noAncestors: ReadonlyMap<string, ReadonlySet<string>> = new Map();
const noTags: ReadonlyMap<string, Value> = new Map();

const attributeNames: readonly (readonly [ClaimName, string])[] = claimNames.map((claim) => [
  claim,
  claim.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
]);

/**
 * What is known of devices, by all that is known: most devices of a fleet have it in common with others, and what they
 * share stays in the processor's cache.
 */
const shared = new Map<string, Entity>();
const mostShared = 65_536;

/** A `Device` of the default schema. Devices of which the policies know the same share one entity. */
export function deviceEntity(facts: DeviceFacts): NamedEntity {
  const { id, groups, standing, vector, overdue, ownSourcedData = '' } = facts;
  const values = attributeNames.map(([claim]) => vector[claim]);
  const key = JSON.stringify([standing, overdue, ownSourcedData, groups, values]);
  let entity = shared.get(key);
  if (entity === undefined) {
    entity = knownOf(facts);
    if (shared.size >= mostShared) shared.clear();
    shared.set(key, entity);
  }
  return { uid: entityValue('Device', id), entity };
}

function knownOf({ groups, standing, vector, overdue, ownSourcedData }: DeviceFacts): Entity {
  const attributes = new Map<string, Value>([
    ['standing', standing],
    ['overdue', overdue],
    ['vector', recordValue(attributeNames.map(([claim, name]) => [name, BigInt(vector[claim])] as const))],
    ['tier', recordValue(attributeNames.map(([claim, name]) => [name, tierOf(vector[claim])] as const))],
  ]);
  if (ownSourcedData !== undefined) attributes.set('ownSourcedData', ownSourcedData);
  return memberOf('Group', groups, attributes);
}

/** An `Operator` of the default schema. */
export function operatorEntity({ name, roles }: OperatorFacts): NamedEntity {
  return { uid: entityValue('Operator', name), entity: memberOf('Role', roles, noAttributes) };
}

function memberOf(type: string, ids: readonly string[], attributes: ReadonlyMap<string, Value>): Entity {
  const ancestors = ids.length === 0 ? noAncestors : new Map([[type, new Set(ids)]]);
  return { attributes, ancestors, tags: noTags };
}

const ownedSpaces: ReadonlySet<string> = new Set(['d', 'c', '$kiten']);

/**
 * A `Topic` of the default schema, from a topic's name or from the literal prefix of a filter (`d/` of `d/+/t`).
 * In the spaces d, c and $kiten its owner is the device that the second level names; `d/pump-1` itself and `d//x`
 * have none, and levels are compared letter by letter.
 */
export function topicEntity(path: string): NamedEntity {
  const first = path.indexOf('/');
  const space = first < 0 ? path : path.slice(0, first);
  const attributes = new Map<string, Value>([
    ['path', path],
    ['space', space],
  ]);
  if (first >= 0 && ownedSpaces.has(space)) {
    const second = path.indexOf('/', first + 1);
    if (second > first + 1) attributes.set('owner', entityValue('Device', path.slice(first + 1, second)));
  }
  return { uid: entityValue('Topic', path), entity: { attributes, ancestors: noAncestors, tags: noTags } };
}
