import { parseIpAddress } from '../../extensions/ip-address.ts';
import { setValue } from '../../values/set-value.ts';
import { type EntityUid, entityValue, recordValue, type Value } from '../../values/value.ts';
import type { Literal } from '../formula/formula.ts';
import { truth } from '../formula/say-truth.ts';
import type { Universe } from '../formula/universe.ts';
import { type Field, isEntityKind, type NumberKind } from '../schema/type.ts';
import { declaredFields } from '../terms/declared-field.ts';
import { floorDivide } from '../terms/linear.ts';
import type { Term } from '../terms/term.ts';
import type { Model } from '../theory/model.ts';

/** The values that a model gives to terms; those that it says nothing about get the plainest of their type. */
export class Valuation {
  readonly #universe: Universe;
  readonly #model: Model;
  readonly #value: (literal: Literal) => number;
  readonly #entities = new Map<Term, EntityUid>();
  readonly #taken = new Set<string>();

  constructor(universe: Universe, model: Model, value: (literal: Literal) => number) {
    this.#universe = universe;
    this.#model = model;
    this.#value = value;
    for (const { atom } of model.facts) for (const term of atom.terms) this.#take(term);
  }

  holds(literal: Literal): boolean {
    return this.#value(literal) > 0;
  }

  valueOf(term: Term): Value {
    const normal = this.#model.equalities.normal(term);
    const { kind, form } = normal;
    if (form === 'set') return setValue(normal.parts.map((part) => this.valueOf(part)));
    if (form === 'record')
      return recordValue(
        normal.names.map((name, index) => [name, this.valueOf(normal.parts[index]!)] as const),
      );
    if (kind === 'record') return this.#record(normal);
    if (kind === 'set') return this.#set(normal);
    if (kind === 'Bool')
      return form === 'bool' ? normal.number === 1n : this.holds(truth(this.#universe, normal));
    if (kind === 'String') return form === 'string' ? normal.text : (this.#model.texts.get(normal) ?? '');
    if (kind === 'ipaddr')
      return form === 'ip'
        ? parseIpAddress(normal.text)!
        : (this.#model.addresses.get(normal) ?? parseIpAddress('192.0.2.1')!);
    if (isEntityKind(kind)) return entityValue(kind.slice(1), this.entityOf(normal).id);
    return numberValue(kind as NumberKind, this.numberOf(normal));
  }

  numberOf(term: Term): bigint {
    const normal = this.#model.equalities.normal(term);
    switch (normal.form) {
      case 'sum':
        return normal.parts.reduce(
          (sum, part, index) => sum + normal.coefficients[index]! * this.numberOf(part),
          normal.number,
        );
      case 'floor':
        return floorDivide(this.numberOf(normal.parts[0]!), normal.number);
      default:
        return this.#model.numbers.get(normal) ?? 0n;
    }
  }

  /** An entity of its own for each term, unless it is a constant. */
  entityOf(term: Term): EntityUid {
    const normal = this.#model.equalities.normal(term);
    const type = normal.kind.slice(1);
    if (normal.form === 'entity') return { type, id: normal.text };
    let uid = this.#entities.get(normal);
    if (uid === undefined) {
      uid = { type, id: this.#newId(normal, type) };
      this.#entities.set(normal, uid);
    }
    return uid;
  }

  /** The fields that a declared record or an entity has. */
  fieldsOf(owner: Term): readonly (readonly [string, Value])[] {
    const fields = declaredFields(this.#universe.schema, owner)?.fields ?? new Map<string, Field>();
    return [...fields].flatMap(([name, { required }]) => {
      const { terms, atoms } = this.#universe;
      if (!required && !this.holds(atoms.get('has', [owner], { text: name }))) return [];
      return [[name, this.valueOf(terms.attribute(owner, name))] as const];
    });
  }

  tagOf(owner: Term, key: Term): Value {
    return this.valueOf(this.#universe.terms.tag(owner, key));
  }

  #record(record: Term): Value {
    return recordValue(this.fieldsOf(record));
  }

  #set(set: Term): Value {
    const elements = this.#model.facts.filter(
      ({ atom, holds }) => holds && atom.form === 'contains' && atom.terms[0] === set,
    );
    return setValue(elements.map(({ atom }) => this.valueOf(atom.terms[1]!)));
  }

  #take(term: Term): void {
    if (term.form === 'entity') this.#taken.add(`${term.kind}"${term.text}`);
    for (const part of term.parts) this.#take(part);
  }

  #newId(term: Term, type: string): string {
    const enumerated = this.#universe.schema.entityTypes.get(type)?.enumerated;
    if (enumerated !== undefined) return enumerated[0]!;
    const stem =
      term.form === '.'
        ? term.text
        : term.form === 'principal' || term.form === 'resource'
          ? term.form
          : 'one';
    for (let index = 1; ; index++) {
      const id = index === 1 ? stem : `${stem}-${index}`;
      const key = `${term.kind}"${id}`;
      if (this.#taken.has(key)) continue;
      this.#taken.add(key);
      return id;
    }
  }
}

function numberValue(kind: NumberKind, number: bigint): Value {
  switch (kind) {
    case 'Long':
      return number;
    case 'decimal':
      return { kind, units: number };
    default:
      return { kind, milliseconds: number };
  }
}
