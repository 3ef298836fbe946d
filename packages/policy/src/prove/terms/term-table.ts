import type { RequestEnvironment, SchemaModel } from '../schema/schema-model.ts';
import { type EntityKind, type Kind, kindOf, type NumberKind, type Type } from '../schema/type.ts';
import { declaredField } from './declared-field.ts';
import { addTo, type Linear } from './linear.ts';
import { elementType, type Term, type TermForm } from './term.ts';

interface Fields {
  readonly form: TermForm;
  readonly kind: Kind;
  readonly type?: Type | undefined;
  readonly parts?: readonly Term[];
  readonly text?: string;
  readonly names?: readonly string[];
  readonly number?: bigint;
  readonly coefficients?: readonly bigint[];
  readonly constant?: boolean;
}

/** The terms of one environment. What the caller asks for must fit: an attribute must be declared, kinds must be right. */
export class TermTable {
  readonly schema: SchemaModel;
  readonly environment: RequestEnvironment;
  readonly principal: Term;
  readonly resource: Term;
  readonly context: Term;
  /** The action, a constant. */
  readonly action: Term;
  readonly #known = new Map<string, Term>();
  #next = 0;

  constructor(schema: SchemaModel, environment: RequestEnvironment) {
    this.schema = schema;
    this.environment = environment;
    this.principal = this.#declared('principal', { kind: 'entity', name: environment.principal });
    this.resource = this.#declared('resource', { kind: 'entity', name: environment.resource });
    this.context = this.#declared('context', environment.action.context);
    this.action = this.entity(environment.action.uid);
  }

  get size(): number {
    return this.#next;
  }

  bool(value: boolean): Term {
    return this.#make(value ? 'T' : 'F', {
      form: 'bool',
      kind: 'Bool',
      number: value ? 1n : 0n,
      constant: true,
    });
  }

  string(text: string): Term {
    return this.#make(`"${text}`, { form: 'string', kind: 'String', text, constant: true });
  }

  entity({ type, id }: { readonly type: string; readonly id: string }): Term {
    const kind: EntityKind = `@${type}`;
    const entityType = { kind: 'entity', name: type } as const;
    return this.#make(`${kind}"${id}`, { form: 'entity', kind, type: entityType, text: id, constant: true });
  }

  /** An address or range, by the one text that `formatIpAddress` gives it. */
  ip(text: string): Term {
    return this.#make(`ip${text}`, { form: 'ip', kind: 'ipaddr', text, constant: true });
  }

  number(kind: NumberKind, value: bigint): Term {
    return this.sum(kind, { constant: value, parts: new Map() });
  }

  sum(kind: NumberKind, { constant, parts }: Linear): Term {
    const sorted = [...parts].filter(([, coefficient]) => coefficient !== 0n).sort(([a], [b]) => a.id - b.id);
    const [only] = sorted;
    if (sorted.length === 1 && only![1] === 1n && constant === 0n && only![0].kind === kind) return only![0];
    const key = `+${kind}${constant}${sorted.map(([term, factor]) => `,${factor}*${term.id}`).join('')}`;
    return this.#make(key, {
      form: 'sum',
      kind,
      parts: sorted.map(([term]) => term),
      coefficients: sorted.map(([, factor]) => factor),
      number: constant,
      constant: sorted.length === 0,
    });
  }

  /** Division by n, rounded down. */
  floor(of: Term, by: bigint): Term {
    return this.#make(`floor${of.id}/${by}`, { form: 'floor', kind: 'Long', parts: [of], number: by });
  }

  attribute(of: Term, name: string): Term {
    if (of.form === 'record') return of.parts[of.names.indexOf(name)]!;
    const { type } = declaredField(this.schema, of, name)!;
    return this.#make(`.${of.id} ${name}`, { form: '.', kind: kindOf(type), type, parts: [of], text: name });
  }

  tag(of: Term, key: Term): Term {
    const type = this.schema.entityTypes.get(of.kind.slice(1))!.tag!;
    return this.#make(`tag${of.id} ${key.id}`, { form: 'tag', kind: kindOf(type), type, parts: [of, key] });
  }

  set(elements: readonly Term[]): Term {
    const parts = [...new Set(elements)];
    return this.#make(`[${parts.map(({ id }) => id)}`, { form: 'set', kind: 'set', parts });
  }

  record(fields: ReadonlyMap<string, Term>): Term {
    const sorted = [...fields].sort(([a], [b]) => (a < b ? -1 : 1));
    const names = sorted.map(([name]) => name);
    const parts = sorted.map(([, part]) => part);
    const key = `{${sorted.map(([name, { id }]) => `${JSON.stringify(name)}${id}`)}`;
    return this.#make(key, { form: 'record', kind: 'record', parts, names });
  }

  call(operator: string, parts: readonly Term[]): Term {
    const key = `call${operator}(${parts.map(({ id }) => id)}`;
    return this.#make(key, { form: 'call', kind: kindOfCall(operator), text: operator, parts });
  }

  /** An element that something says about a set: `outside`, `common`, `above`. The set is the first part, or the last of `above`. */
  witness(form: 'outside' | 'common' | 'above', ...parts: readonly Term[]): Term {
    const type = elementType(form === 'above' ? parts[1]! : parts[0]!)!;
    return this.#make(`${form}${parts.map(({ id }) => id)}`, { form, kind: kindOf(type), type, parts });
  }

  /** The term with other parts. */
  rebuild(term: Term, parts: readonly Term[]): Term {
    switch (term.form) {
      case 'sum': {
        const linear = { constant: term.number, parts: new Map<Term, bigint>() };
        for (const [index, part] of parts.entries()) addTo(linear, part, term.coefficients[index]!);
        return this.sum(term.kind as NumberKind, linear);
      }
      case 'floor':
        return this.floor(parts[0]!, term.number);
      case '.':
        return this.attribute(parts[0]!, term.text);
      case 'tag':
        return this.tag(parts[0]!, parts[1]!);
      case 'set':
        return this.set(parts);
      case 'record':
        return this.record(new Map(term.names.map((name, index) => [name, parts[index]!])));
      case 'call':
        return this.call(term.text, parts);
      case 'outside':
      case 'common':
      case 'above':
        return this.witness(term.form, ...parts);
      default:
        return term;
    }
  }

  #declared(form: 'principal' | 'resource' | 'context', type: Type): Term {
    return this.#make(form, { form, kind: kindOf(type), type });
  }

  #make(key: string, fields: Fields): Term {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const parts = fields.parts ?? [];
    const term: Term = {
      id: this.#next++,
      form: fields.form,
      kind: fields.kind,
      type: fields.type,
      parts,
      text: fields.text ?? '',
      names: fields.names ?? [],
      number: fields.number ?? 0n,
      coefficients: fields.coefficients ?? [],
      constant: fields.constant ?? false,
      size: parts.reduce((sum, { size }) => sum + size, 1),
    };
    this.#known.set(key, term);
    return term;
  }
}

function kindOfCall(operator: string): Kind {
  switch (operator) {
    case '*':
      return 'Long';
    case 'ip':
      return 'ipaddr';
    case 'decimal':
    case 'datetime':
    case 'duration':
      return operator;
    default:
      return 'Bool';
  }
}
