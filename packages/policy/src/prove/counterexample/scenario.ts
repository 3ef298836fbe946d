import type { Request } from '../../decision.ts';
import { type Entity, type EntitySource, entities, type NamedEntity } from '../../entity-source.ts';
import type { RecordValue, Value } from '../../values/value.ts';
import { known } from '../formula/say-presence.ts';
import type { Universe } from '../formula/universe.ts';
import type { SchemaModel } from '../schema/schema-model.ts';
import { uidKey } from '../schema/schema-model.ts';
import { isEntityKind } from '../schema/type.ts';
import { subterms } from '../terms/replace.ts';
import type { Term } from '../terms/term.ts';
import type { Fact } from '../theory/facts.ts';
import type { Model } from '../theory/model.ts';
import { Valuation } from './valuation.ts';

/** A request and entities, concrete. */
export interface Scenario {
  readonly request: Request;
  /** All but the actions, which come from the schema. */
  readonly entities: readonly NamedEntity[];
}

/** The request and the entities of a model. */
export function scenarioOf(universe: Universe, model: Model, value: (literal: number) => number): Scenario {
  const { terms } = universe;
  const valuation = new Valuation(universe, model, value);
  const stored = new Map<string, NamedEntity>();
  for (const term of entitiesIn(universe, model)) {
    if (value(known(universe, term)) < 0) continue;
    const uid = valuation.entityOf(term);
    const entity = entityOf(term, model.facts, valuation);
    stored.set(uidKey(uid), { uid, entity });
  }
  return {
    request: {
      principal: valuation.entityOf(terms.principal),
      action: universe.environment.action.uid,
      resource: valuation.entityOf(terms.resource),
      context: valuation.valueOf(terms.context) as RecordValue,
    },
    entities: [...stored.values()],
  };
}

/** The scenario's entities with the schema's actions, to decide with. */
export function sourceOf(schema: SchemaModel, scenario: Scenario): EntitySource {
  const actions = Array.from(schema.actions.values(), ({ uid, above }): NamedEntity => {
    const ancestors = new Map<string, Set<string>>();
    for (const { type, id } of above) ancestors.set(type, (ancestors.get(type) ?? new Set()).add(id));
    return { uid, entity: { attributes: new Map(), tags: new Map(), ancestors } };
  });
  return entities(...scenario.entities, ...actions);
}

/** The principal, the resource, and every entity that the facts speak of; each once. Actions are the schema's. */
function entitiesIn({ terms, schema }: Universe, { facts, equalities }: Model): ReadonlySet<Term> {
  const found = new Set<Term>();
  const add = (term: Term) => {
    const normal = equalities.normal(term);
    if (isEntityKind(normal.kind) && schema.entityTypes.has(normal.kind.slice(1))) found.add(normal);
  };
  add(terms.principal);
  add(terms.resource);
  for (const { atom } of facts) for (const term of atom.terms) for (const part of subterms(term)) add(part);
  return found;
}

function entityOf(term: Term, facts: readonly Fact[], valuation: Valuation): Entity {
  const tags = new Map<string, Value>();
  const ancestors = new Map<string, Set<string>>();
  for (const { atom, holds } of facts) {
    if (!holds || atom.terms[0] !== term) continue;
    if (atom.form === 'hasTag') {
      const key = valuation.valueOf(atom.terms[1]!) as string;
      tags.set(key, valuation.tagOf(term, atom.terms[1]!));
    }
    if (atom.form === 'in') {
      const { type, id } = valuation.entityOf(atom.terms[1]!);
      ancestors.set(type, (ancestors.get(type) ?? new Set()).add(id));
    }
  }
  return { attributes: new Map(valuation.fieldsOf(term)), tags, ancestors };
}
