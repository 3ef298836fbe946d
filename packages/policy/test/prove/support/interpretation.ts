import type { EntityUid, Value } from '@kiten/policy';
import { entityValue, equalValues, recordValue, type SetValue, setValue } from '@kiten/policy';
import { compilePattern } from '../../../src/evaluate/like.ts';
import { callExtension, extensionFunctions } from '../../../src/extensions/functions.ts';
import { isInRange, parseIpAddress } from '../../../src/extensions/ip-address.ts';
import type { Atom } from '../../../src/prove/formula/atom.ts';
import type { Universe } from '../../../src/prove/formula/universe.ts';
import type { Type } from '../../../src/prove/schema/type.ts';
import type { Term } from '../../../src/prove/terms/term.ts';
import type { World } from './worlds.ts';

/** What terms and atoms are in one concrete world: read off it, with nothing of the prover's reasoning. */
export class Interpretation {
  readonly #universe: Universe;
  readonly #world: World;

  constructor(universe: Universe, world: World) {
    this.#universe = universe;
    this.#world = world;
  }

  holds(literal: number): boolean {
    const variable = Math.abs(literal);
    return this.#variable(variable) === literal > 0;
  }

  #variable(variable: number): boolean {
    if (variable === 1) return true;
    const operands = this.#universe.formula.operandsOf(variable);
    if (operands !== undefined) return operands.every((operand) => this.holds(operand));
    return this.#atom(this.#universe.atoms.of(variable)!);
  }

  #atom({ form, terms, text, pattern, coefficients, bound }: Atom): boolean {
    const [first, second] = terms as readonly [Term, Term];
    switch (form) {
      case 'true':
        return this.valueOf(first) === true;
      case 'known':
        return this.#entity(first) !== undefined;
      case 'has':
        return this.#field(first, text) !== undefined;
      case 'hasTag':
        return this.#entity(first)?.tags.has(this.valueOf(second) as string) ?? false;
      case 'like':
        return compilePattern(pattern)(this.valueOf(first) as string);
      case 'equal':
        return equalValues(this.valueOf(first), this.valueOf(second));
      case 'in':
        return this.#isIn(this.#uid(first), this.#uid(second));
      case 'inAny':
        return this.#set(second).elements.some((group) => this.#isIn(this.#uid(first), group as never));
      case 'contains':
        return this.#set(first).has(this.valueOf(second));
      case 'containsAll':
        return this.#set(first).includes(this.#set(second));
      case 'containsAny':
        return this.#set(first).intersects(this.#set(second));
      case 'inRange':
        return isInRange(this.valueOf(first) as never, parseIpAddress(text)!);
      case 'atLeast': {
        const sum = terms.reduce((all, term, index) => all + coefficients[index]! * this.number(term), 0n);
        return sum >= bound;
      }
      case 'fails':
        return this.#call(text, terms) === undefined;
    }
  }

  number(term: Term): bigint {
    switch (term.form) {
      case 'sum':
        return term.parts.reduce(
          (all, part, index) => all + term.coefficients[index]! * this.number(part),
          term.number,
        );
      case 'floor': {
        const value = this.number(term.parts[0]!);
        return (value - (((value % term.number) + term.number) % term.number)) / term.number;
      }
      default: {
        const value = this.valueOf(term) as bigint | { units?: bigint; milliseconds?: bigint };
        return typeof value === 'bigint' ? value : (value.units ?? value.milliseconds)!;
      }
    }
  }

  valueOf(term: Term): Value {
    const { request } = this.#world;
    switch (term.form) {
      case 'principal':
      case 'resource':
        return entityValue(request[term.form].type, request[term.form].id);
      case 'context':
        return request.context;
      case 'bool':
        return term.number === 1n;
      case 'string':
        return term.text;
      case 'entity':
        return entityValue(term.kind.slice(1), term.text);
      case 'ip':
        return parseIpAddress(term.text)!;
      case 'set':
        return setValue(term.parts.map((part) => this.valueOf(part)));
      case 'record':
        return recordValue(
          term.names.map((name, index) => [name, this.valueOf(term.parts[index]!)] as const),
        );
      case '.':
        return this.#field(term.parts[0]!, term.text) ?? plainest(term.type!);
      case 'tag':
        return (
          this.#entity(term.parts[0]!)?.tags.get(this.valueOf(term.parts[1]!) as string) ??
          plainest(term.type!)
        );
      case 'call':
        return this.#call(term.text, term.parts) ?? plainest({ kind: term.kind } as Type);
      case 'outside':
        return this.#element(term, (value) => !this.#set(term.parts[1]!).has(value));
      case 'common':
        return this.#element(term, (value) => this.#set(term.parts[1]!).has(value));
      case 'above': {
        const elements = this.#set(term.parts[1]!).elements as readonly EntityUid[];
        const found = elements.find((group) => this.#isIn(this.#uid(term.parts[0]!), group));
        return found === undefined ? plainest(term.type!) : entityValue(found.type, found.id);
      }
      default: {
        const number = this.number(term);
        if (term.kind === 'decimal') return { kind: 'decimal', units: number };
        return term.kind === 'Long' ? number : { kind: term.kind as 'duration', milliseconds: number };
      }
    }
  }

  #element(term: Term, which: (value: Value) => boolean): Value {
    return this.#set(term.parts[0]!).elements.find(which) ?? plainest(term.type!);
  }

  #set(term: Term): SetValue {
    return this.valueOf(term) as SetValue;
  }

  #uid(term: Term): EntityUid {
    return this.valueOf(term) as never;
  }

  #entity(term: Term) {
    const { type, id } = this.#uid(term);
    return this.#world.source.get(type, id);
  }

  #field(of: Term, name: string): Value | undefined {
    const value = this.valueOf(of);
    if (typeof value !== 'object') throw new Error('An attribute of what has none.');
    if (value.kind === 'record') return value.fields.get(name);
    return this.#entity(of)?.attributes.get(name);
  }

  #isIn(entity: EntityUid, group: EntityUid): boolean {
    if (entity.type === group.type && entity.id === group.id) return true;
    const ancestors = this.#world.source.get(entity.type, entity.id)?.ancestors;
    return ancestors?.get(group.type)?.has(group.id) ?? false;
  }

  /** undefined if it fails. */
  #call(operator: string, parts: readonly Term[]): Value | undefined {
    const values = parts.map((part) => this.valueOf(part));
    if (operator === '*') {
      const product = (values[0] as bigint) * (values[1] as bigint);
      return BigInt.asIntN(64, product) === product ? product : undefined;
    }
    if (operator === 'in') {
      const groups = (values[1] as SetValue).elements;
      if (!groups.every((group) => typeof group === 'object' && group.kind === 'entity')) return undefined;
      return groups.some((group) => this.#isIn(values[0] as never, group as never));
    }
    try {
      return callExtension(extensionFunctions.get(operator)!, values);
    } catch {
      return undefined;
    }
  }
}

/** Some value of a type, for what is not there. */
function plainest(type: Type): Value {
  switch (type.kind) {
    case 'Bool':
      return false;
    case 'String':
      return 'nothing';
    case 'Long':
      return 7n;
    case 'decimal':
      return { kind: 'decimal', units: 7n };
    case 'datetime':
    case 'duration':
      return { kind: type.kind, milliseconds: 7n };
    case 'ipaddr':
      return parseIpAddress('192.0.2.7')!;
    case 'entity':
      return entityValue(type.name, type.name === 'Color' ? 'red' : 'nobody');
    case 'set':
      return setValue([]);
    case 'record':
      return recordValue([...type.fields].map(([name, field]) => [name, plainest(field.type)] as const));
  }
}
