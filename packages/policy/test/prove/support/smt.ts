import { parseDatetime } from '../../../src/extensions/datetime.ts';
import { parseDecimal } from '../../../src/extensions/decimal.ts';
import { parseDuration } from '../../../src/extensions/duration.ts';
import { parseIpAddress } from '../../../src/extensions/ip-address.ts';
import type { Action, Json } from './expressions.ts';

/**
 * Policies over the test schema as SMT-LIB, by another reading of Cedar than the prover's: every expression is a value and
 * whether there is one; entities are a handful of elements, so that nothing needs quantifiers. For an SMT solver as oracle.
 */

/** What the translation leaves out: such sets of policies are not compared. */
export class NotTranslated extends Error {}

type Type =
  | 'Bool'
  | 'Long'
  | 'String'
  | 'User'
  | 'Group'
  | 'File'
  | 'Color'
  | 'Action'
  | 'decimal'
  | 'datetime'
  | 'duration'
  | 'ip'
  | Compound;
type Compound = { readonly set: Type | undefined } | { readonly fields: Readonly<Record<string, Value>> };

/** A term of SMT-LIB, of that type, and whether it has a value. Addresses and records have several terms. */
interface Value {
  readonly type: Type;
  readonly term: string;
  readonly ok: string;
  /** Of an address. */
  readonly parts?: { readonly six: string; readonly bits: string; readonly prefix: string };
  /** The elements of a set that is written out. */
  readonly elements?: readonly Value[];
}

const [minimum, maximum] = ['(- 9223372036854775808)', '9223372036854775807'];
const elements = {
  User: ['User.u', 'User.v', 'User.1', 'User.2', 'User.3', 'User.4'],
  Group: ['Group.g', 'Group.h', 'Group.1', 'Group.2', 'Group.3'],
  File: ['File.f', 'File.1', 'File.2'],
  Color: ['Color.red', 'Color.green'],
} as const;
type EntityName = keyof typeof elements;
const isEntity = (type: Type): type is EntityName =>
  typeof type === 'string' && Object.hasOwn(elements, type);

const and = (...terms: string[]) =>
  terms.length === 0 ? 'true' : terms.length === 1 ? terms[0]! : `(and ${terms.join(' ')})`;
const or = (...terms: string[]) =>
  terms.length === 0 ? 'false' : terms.length === 1 ? terms[0]! : `(or ${terms.join(' ')})`;
const not = (term: string) => `(not ${term})`;
const integer = (value: bigint) => (value < 0n ? `(- ${-value})` : String(value));
const sortOf = (type: Type): string => {
  if (typeof type === 'object') {
    if ('set' in type) return `(Array ${sortOf(type.set!)} Bool)`;
    throw new NotTranslated('a set of records');
  }
  if (type === 'Bool' || type === 'String' || isEntity(type)) return type;
  if (type === 'ip' || type === 'Action') throw new NotTranslated(type);
  return 'Int';
};

const setOf = (element: Type): Type => ({ set: element });
type Fields = Readonly<Record<string, readonly [type: Type | 'Place', required: boolean]>>;
const place: Fields = { building: ['String', true], floor: ['Long', false] };
const attributes: Readonly<Record<'User' | 'Group' | 'File', Fields>> = {
  User: {
    name: ['String', true],
    nick: ['String', false],
    age: ['Long', true],
    score: ['Long', false],
    active: ['Bool', true],
    boss: ['User', false],
    place: ['Place', true],
    labels: [setOf('String'), true],
    friends: [setOf('User'), true],
    marks: [setOf('Long'), true],
    teams: [setOf('Group'), true],
    color: ['Color', true],
    limit: ['decimal', true],
    since: ['datetime', true],
    lease: ['duration', false],
    address: ['ip', true],
  },
  Group: { level: ['Long', true] },
  File: {
    owner: ['User', true],
    path: ['String', true],
    size: ['Long', true],
    shared: ['Bool', false],
    readers: [setOf('User'), true],
  },
};
const contexts: Readonly<Record<Action, Fields>> = {
  read: {
    now: ['datetime', true],
    from: ['ip', false],
    text: ['String', true],
    n: ['Long', true],
    m: ['Long', false],
    flag: ['Bool', true],
    who: ['User', false],
    words: [setOf('String'), true],
  },
  get write() {
    return this.read;
  },
  meet: { place: ['Place', true] },
};
const tags: Partial<Record<EntityName, Type>> = { User: 'String', File: 'Long' };

export class Smt {
  readonly #action: Action;
  readonly #resource: EntityName;
  readonly #lines: string[] = [];

  constructor(action: Action) {
    this.#action = action;
    this.#resource = action === 'meet' ? 'User' : 'File';
    this.#declare();
  }

  /** A script that asks whether an invariant can be broken. */
  script(policies: readonly Json[], invariant: Json): string {
    const satisfied = (effect: string) =>
      or(...policies.filter((policy) => policy.effect === effect).map((policy) => this.satisfied(policy)));
    const allowed = and(satisfied('permit'), not(satisfied('forbid')));
    const wrong = invariant.effect === 'forbid' ? allowed : not(allowed);
    return [...this.#lines, `(assert ${and(this.satisfied(invariant), wrong)})`, '(check-sat)'].join('\n');
  }

  satisfied(policy: Json): string {
    const scope = (name: 'principal' | 'action' | 'resource') =>
      this.#scope(this.#variable(name), policy[name] as Json);
    const conditions = (policy.conditions as { kind: string; body: Json }[]).map(({ kind, body }) => {
      const value = this.#translate(body);
      if (value.type !== 'Bool') return 'false';
      return and(value.ok, kind === 'when' ? value.term : not(value.term));
    });
    return and(scope('principal'), scope('action'), scope('resource'), ...conditions);
  }

  #scope(value: Value, scope: Json): string {
    const uid = (json: unknown) => json as { type: string; id: string };
    switch (scope.op) {
      case 'All':
        return 'true';
      case '==':
        return this.#equal(value, this.#entity(uid(scope.entity)));
      case 'in':
        return or(
          ...((scope.entities as unknown[]) ?? [scope.entity]).map((each) =>
            this.#in(value, this.#entity(uid(each))),
          ),
        );
      default:
        if (value.type !== scope.entity_type) return 'false';
        return scope.in === undefined
          ? 'true'
          : this.#in(value, this.#entity(uid((scope.in as Json).entity)));
    }
  }

  #declare(): void {
    const lines = this.#lines;
    for (const [type, names] of Object.entries(elements))
      lines.push(`(declare-datatypes ((${type} 0)) ((${names.map((name) => `(${name})`).join(' ')})))`);
    for (const type of ['User', 'Group', 'File'] as const) {
      lines.push(`(declare-fun known.${type} (${type}) Bool)`);
      lines.push(`(declare-fun in.${type} (${type} Group) Bool)`);
      this.#declareFields(type, attributes[type], [type]);
      if (tags[type] !== undefined) {
        lines.push(`(declare-fun hasTag.${type} (${type} String) Bool)`);
        lines.push(`(declare-fun tag.${type} (${type} String) ${sortOf(tags[type])})`);
      }
    }
    lines.push('(declare-const principal User)', `(declare-const resource ${this.#resource})`);
    this.#declareFields('context', contexts[this.#action], []);
    for (const type of ['User', 'Group', 'File'] as const) this.#declareHierarchy(type);
  }

  #declareHierarchy(type: 'User' | 'Group' | 'File'): void {
    const inside = (member: string, group: string) => `(in.${type} ${member} ${group})`;
    for (const member of elements[type]) {
      for (const group of elements.Group) {
        const same = type === 'Group' ? `(= ${member} ${group})` : 'false';
        this.#lines.push(`(assert (=> ${inside(member, group)} ${or(same, `(known.${type} ${member})`)}))`);
        for (const top of elements.Group)
          this.#lines.push(
            `(assert (=> (and ${inside(member, group)} (in.Group ${group} ${top})) ${inside(member, top)}))`,
          );
        if (type !== 'Group') continue;
        if (member === group) this.#lines.push(`(assert ${inside(member, group)})`);
        else this.#lines.push(`(assert (not (and ${inside(member, group)} (in.Group ${group} ${member}))))`);
      }
    }
  }

  #declareFields(prefix: string, fields: Fields, of: readonly EntityName[]): void {
    const parameters = `(${of.join(' ')})`;
    const instances = of.length === 0 ? [''] : elements[of[0]!].map((element) => ` ${element}`);
    const apply = (name: string, instance: string) => (instance === '' ? name : `(${name}${instance})`);
    for (const [field, [type, required]] of Object.entries(fields)) {
      const name = `${prefix}.${field}`;
      if (!required) this.#lines.push(`(declare-fun has.${name} ${parameters} Bool)`);
      if (type === 'Place') this.#declareFields(name, place, of);
      else if (type === 'ip') {
        this.#lines.push(`(declare-fun ${name}.six ${parameters} Bool)`);
        this.#lines.push(`(declare-fun ${name}.bits ${parameters} (_ BitVec 128))`);
        this.#lines.push(`(declare-fun ${name}.prefix ${parameters} Int)`);
        for (const instance of instances) {
          const [six, bits, prefixLength] = ['six', 'bits', 'prefix'].map((part) =>
            apply(`${name}.${part}`, instance),
          );
          this.#lines.push(`(assert (and (<= 0 ${prefixLength}) (<= ${prefixLength} (ite ${six} 128 32))))`);
          this.#lines.push(`(assert (=> (not ${six}) (= ((_ extract 127 32) ${bits}) (_ bv0 96))))`);
        }
      } else {
        this.#lines.push(`(declare-fun ${name} ${parameters} ${sortOf(type)})`);
        if (sortOf(type) === 'Int')
          for (const instance of instances)
            this.#lines.push(
              `(assert (and (<= ${minimum} ${apply(name, instance)}) (<= ${apply(name, instance)} ${maximum})))`,
            );
      }
    }
  }

  /** A field of an entity or of the context. */
  #read(prefix: string, type: Type | 'Place', of: string, ok: string): Value {
    const apply = (name: string) => (of === '' ? name : `(${name} ${of})`);
    if (type === 'Place') {
      const fields = Object.entries(place).map(([field, [inner, required]]) => {
        const there = required ? ok : and(ok, apply(`has.${prefix}.${field}`));
        return [field, this.#read(`${prefix}.${field}`, inner, of, there)] as const;
      });
      return { type: { fields: Object.fromEntries(fields) }, term: '', ok };
    }
    if (type === 'ip') {
      const [six, bits, length] = ['six', 'bits', 'prefix'].map((part) => apply(`${prefix}.${part}`));
      return { type, term: '', ok, parts: { six: six!, bits: bits!, prefix: length! } };
    }
    return { type, term: apply(prefix), ok };
  }

  #variable(name: string): Value {
    switch (name) {
      case 'principal':
        return { type: 'User', term: 'principal', ok: 'true' };
      case 'resource':
        return { type: this.#resource, term: 'resource', ok: 'true' };
      case 'action':
        return { type: 'Action', term: this.#action, ok: 'true' };
      default: {
        const fields = Object.entries(contexts[this.#action]).map(([field, [type, required]]) => {
          const ok = required ? 'true' : `has.context.${field}`;
          return [field, this.#read(`context.${field}`, type, '', ok)] as const;
        });
        return { type: { fields: Object.fromEntries(fields) }, term: '', ok: 'true' };
      }
    }
  }

  #entity({ type, id }: { type: string; id: string }): Value {
    if (type === 'Action') return { type, term: id, ok: 'true' };
    const term = `${type}.${id}`;
    if (!isEntity(type as Type) || !elements[type as EntityName].includes(term as never))
      throw new NotTranslated(term);
    return { type: type as EntityName, term, ok: 'true' };
  }

  #constant(json: unknown): Value {
    if (typeof json === 'boolean') return { type: 'Bool', term: String(json), ok: 'true' };
    if (typeof json === 'string') return { type: 'String', term: `"${json}"`, ok: 'true' };
    if (typeof json === 'bigint') return { type: 'Long', term: integer(json), ok: 'true' };
    const uid = (json as { __entity?: { type: string; id: string } }).__entity;
    if (uid === undefined) throw new NotTranslated('a constant');
    return this.#entity(uid);
  }

  #translate(json: Json): Value {
    const [[operator, body]] = Object.entries(json) as [[string, never]];
    const both = () => {
      const { left, right } = body as { left: Json; right: Json };
      return [this.#translate(left), this.#translate(right)] as const;
    };
    const bool = (term: string, ...oks: string[]): Value => ({ type: 'Bool', term, ok: and(...oks) });
    const failing: Value = { type: 'Bool', term: 'false', ok: 'false' };
    switch (operator) {
      case 'Var':
        return this.#variable(body);
      case 'Value':
        return this.#constant(body);
      case 'Set': {
        const list = (body as Json[]).map((each) => this.#translate(each));
        const ok = and(...list.map((each) => each.ok));
        return { type: { set: list[0]?.type }, term: '', ok, elements: list };
      }
      case 'Record': {
        const fields = Object.entries(body as Record<string, Json>).map(
          ([name, each]) => [name, this.#translate(each)] as const,
        );
        const ok = and(...fields.map(([, each]) => each.ok));
        return {
          type: { fields: Object.fromEntries(fields.map(([name, each]) => [name, { ...each, ok: 'true' }])) },
          term: '',
          ok,
        };
      }
      case '&&': {
        const [left, right] = both();
        if (left.type !== 'Bool') return failing;
        if (right.type !== 'Bool') return bool('false', left.ok, not(left.term));
        return bool(and(left.term, right.term), left.ok, or(not(left.term), right.ok));
      }
      case '||': {
        const [left, right] = both();
        if (left.type !== 'Bool') return failing;
        if (right.type !== 'Bool') return bool('true', left.ok, left.term);
        return bool(or(left.term, right.term), left.ok, or(left.term, right.ok));
      }
      case '!': {
        const value = this.#translate((body as { arg: Json }).arg);
        return value.type === 'Bool' ? bool(not(value.term), value.ok) : failing;
      }
      case 'if-then-else': {
        const parts = body as Record<string, Json>;
        const [test, yes, no] = [parts.if, parts.then, parts.else].map((part) => this.#translate(part!)) as [
          Value,
          Value,
          Value,
        ];
        return test.type === 'Bool' ? this.#choose(test, yes, no) : failing;
      }
      case '==':
      case '!=': {
        const [left, right] = both();
        const same = this.#equal(left, right);
        return bool(operator === '==' ? same : not(same), left.ok, right.ok);
      }
      case '<':
      case '<=':
      case '>':
      case '>=': {
        const [left, right] = both();
        const ordered =
          ['Long', 'datetime', 'duration'].includes(left.type as string) && left.type === right.type;
        return ordered ? bool(`(${operator} ${left.term} ${right.term})`, left.ok, right.ok) : failing;
      }
      case 'neg': {
        const value = this.#translate((body as { arg: Json }).arg);
        return value.type === 'Long' ? fitting('Long', `(- ${value.term})`, value.ok) : failing;
      }
      case '+':
      case '-':
      case '*': {
        const [left, right] = both();
        if (left.type !== 'Long' || right.type !== 'Long') return failing;
        if (operator === '*' && !/^(\d+|\(- \d+\))$/.test(left.term) && !/^(\d+|\(- \d+\))$/.test(right.term))
          throw new NotTranslated('a product');
        return fitting('Long', `(${operator} ${left.term} ${right.term})`, left.ok, right.ok);
      }
      case '.': {
        const { left, attr } = body as { left: Json; attr: string };
        return this.#attribute(this.#translate(left), attr) ?? failing;
      }
      case 'has': {
        const { left, attr } = body as { left: Json; attr: string };
        const owner = this.#translate(left);
        if (!isEntity(owner.type) && !(typeof owner.type === 'object' && 'fields' in owner.type))
          return failing;
        const field = this.#attribute({ ...owner, ok: 'true' }, attr);
        return bool(field === undefined ? 'false' : field.ok, owner.ok);
      }
      case 'hasTag':
      case 'getTag': {
        const [owner, key] = both();
        if (!isEntity(owner.type) || key.type !== 'String') return failing;
        const tag = tags[owner.type];
        if (tag === undefined) return operator === 'hasTag' ? bool('false', owner.ok, key.ok) : failing;
        const there = and(
          `(known.${owner.type} ${owner.term})`,
          `(hasTag.${owner.type} ${owner.term} ${key.term})`,
        );
        if (operator === 'hasTag') return bool(there, owner.ok, key.ok);
        const term = `(tag.${owner.type} ${owner.term} ${key.term})`;
        const range = tag === 'Long' ? [`(<= ${minimum} ${term})`, `(<= ${term} ${maximum})`] : [];
        this.#lines.push(...(range.length === 0 ? [] : [`(assert ${and(...range)})`]));
        return { type: tag, term, ok: and(owner.ok, key.ok, there) };
      }
      case 'like': {
        const { left, pattern } = body as { left: Json; pattern: ('Wildcard' | { Literal: string })[] };
        const text = this.#translate(left);
        if (text.type !== 'String') return failing;
        const parts = pattern.map((part) =>
          part === 'Wildcard' ? 're.all' : `(str.to_re "${part.Literal}")`,
        );
        const regular =
          parts.length === 0
            ? '(str.to_re "")'
            : parts.length === 1
              ? parts[0]!
              : `(re.++ ${parts.join(' ')})`;
        return bool(`(str.in_re ${text.term} ${regular})`, text.ok);
      }
      case 'is': {
        const parts = body as { left: Json; entity_type: string; in?: Json };
        const value = this.#translate(parts.left);
        if (!isEntity(value.type)) return failing;
        if (value.type !== parts.entity_type) return bool('false', value.ok);
        if (parts.in === undefined) return bool('true', value.ok);
        const group = this.#translate(parts.in);
        if (!isEntity(group.type)) throw new NotTranslated('is in a set');
        return bool(this.#in(value, group), value.ok, group.ok);
      }
      case 'in': {
        const [member, group] = both();
        if (!isEntity(member.type)) return failing;
        if (isEntity(group.type)) return bool(this.#in(member, group), member.ok, group.ok);
        return this.#inSet(member, group);
      }
      case 'contains': {
        const [set, element] = both();
        return isSet(set) ? bool(this.#contains(set, element), set.ok, element.ok) : failing;
      }
      case 'containsAll':
      case 'containsAny': {
        const [set, other] = both();
        if (!isSet(set) || !isSet(other)) return failing;
        return bool(
          operator === 'containsAll' ? this.#containsAll(set, other) : this.#containsAny(set, other),
          set.ok,
          other.ok,
        );
      }
      case 'isEmpty': {
        const set = this.#translate((body as { arg: Json }).arg);
        if (!isSet(set)) return failing;
        if (set.elements !== undefined) return bool(String(set.elements.length === 0), set.ok);
        return bool(`(= ${set.term} ${emptySet(set.type)})`, set.ok);
      }
      default:
        return (
          this.#extension(
            operator,
            (body as Json[]).map((each) => this.#translate(each)),
            body,
          ) ?? failing
        );
    }
  }

  #attribute(owner: Value, name: string): Value | undefined {
    if (typeof owner.type === 'object') {
      const field =
        'fields' in owner.type && Object.hasOwn(owner.type.fields, name)
          ? owner.type.fields[name]
          : undefined;
      return field && { ...field, ok: and(owner.ok, field.ok) };
    }
    const fields =
      owner.type === 'User' || owner.type === 'Group' || owner.type === 'File' ? attributes[owner.type] : {};
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) return undefined;
    const [type, required] = field;
    const known = `(known.${owner.type} ${owner.term})`;
    const there = required ? known : and(known, `(has.${owner.type}.${name} ${owner.term})`);
    return this.#read(`${owner.type}.${name}`, type, owner.term, and(owner.ok, there));
  }

  #choose(test: Value, yes: Value, no: Value): Value {
    const ok = and(test.ok, `(ite ${test.term} ${yes.ok} ${no.ok})`);
    const term = `(ite ${test.term} ${yes.term} ${no.term})`;
    if (yes.parts !== undefined && no.parts !== undefined) {
      const part = (name: 'six' | 'bits' | 'prefix') =>
        `(ite ${test.term} ${yes.parts![name]} ${no.parts![name]})`;
      return {
        type: 'ip',
        term: '',
        ok,
        parts: { six: part('six'), bits: part('bits'), prefix: part('prefix') },
      };
    }
    if (typeof yes.type === 'string' && yes.type === no.type) return { type: yes.type, term, ok };
    throw new NotTranslated('if of records, sets or different types');
  }

  #equal(left: Value, right: Value): string {
    if (typeof left.type === 'object' || typeof right.type === 'object') {
      if (isSet(left) && isSet(right))
        return and(this.#containsAll(left, right), this.#containsAll(right, left));
      if (
        typeof left.type !== 'object' ||
        typeof right.type !== 'object' ||
        'set' in left.type ||
        'set' in right.type
      )
        return 'false';
      const [here, there] = [left.type.fields, right.type.fields];
      return and(
        ...[...new Set([...Object.keys(here), ...Object.keys(there)])].map((name) => {
          const [one, other] = [here[name], there[name]];
          if (one === undefined || other === undefined) return not((one ?? other)!.ok);
          return and(`(= ${one.ok} ${other.ok})`, or(not(one.ok), this.#equal(one, other)));
        }),
      );
    }
    if (left.type !== right.type) return 'false';
    if (left.type === 'Action') return String(left.term === right.term);
    if (left.parts === undefined || right.parts === undefined) return `(= ${left.term} ${right.term})`;
    const [one, other] = [left.parts, right.parts];
    return and(
      `(= ${one.six} ${other.six})`,
      `(= ${one.bits} ${other.bits})`,
      `(= ${one.prefix} ${other.prefix})`,
    );
  }

  #in(member: Value, group: Value): string {
    if (member.type === 'Action')
      return String(
        group.type === 'Action' &&
          (group.term === member.term || (group.term === 'all' && member.term !== 'meet')),
      );
    if (
      group.type === 'Group' &&
      (member.type === 'User' || member.type === 'Group' || member.type === 'File')
    )
      return `(in.${member.type} ${member.term} ${group.term})`;
    return this.#equal(member, group);
  }

  #inSet(member: Value, set: Value): Value {
    if (!isSet(set)) return { type: 'Bool', term: 'false', ok: 'false' };
    if (set.elements !== undefined) {
      const groups = set.elements;
      const ok = and(member.ok, set.ok, String(groups.every(({ type }) => isEntity(type))));
      return { type: 'Bool', term: or(...groups.map((group) => this.#in(member, group))), ok };
    }
    const of = (set.type as { set: Type }).set;
    if (!isEntity(of))
      return {
        type: 'Bool',
        term: 'false',
        ok: and(member.ok, set.ok, `(= ${set.term} ${emptySet(set.type)})`),
      };
    const groups = elements[of].map((term): Value => ({ type: of, term, ok: 'true' }));
    const term = or(
      ...groups.map((group) => and(`(select ${set.term} ${group.term})`, this.#in(member, group))),
    );
    return { type: 'Bool', term, ok: and(member.ok, set.ok) };
  }

  #contains(set: Value, element: Value): string {
    if (set.elements !== undefined) return or(...set.elements.map((each) => this.#equal(each, element)));
    const of = (set.type as { set: Type }).set;
    return of === element.type ? `(select ${set.term} ${element.term})` : 'false';
  }

  #containsAll(set: Value, other: Value): string {
    if (other.elements !== undefined) return and(...other.elements.map((each) => this.#contains(set, each)));
    const inner = (other.type as { set: Type }).set;
    const whole = set.elements === undefined ? set.term : this.#written(set.elements, inner);
    if (set.elements === undefined && (set.type as { set: Type }).set !== inner)
      return `(= ${other.term} ${emptySet(other.type)})`;
    return `(= ((_ map and) ${whole} ${other.term}) ${other.term})`;
  }

  /** Those of the elements that are of one type, as a set of them. */
  #written(list: readonly Value[], type: Type): string {
    return list
      .filter((each) => each.type === type)
      .reduce((set, each) => `(store ${set} ${each.term} true)`, emptySet({ set: type }));
  }

  #containsAny(set: Value, other: Value): string {
    if (other.elements !== undefined) return or(...other.elements.map((each) => this.#contains(set, each)));
    if (set.elements !== undefined) return or(...set.elements.map((each) => this.#contains(other, each)));
    if ((set.type as { set: Type }).set !== (other.type as { set: Type }).set) return 'false';
    return not(`(= ((_ map and) ${set.term} ${other.term}) ${emptySet(set.type)})`);
  }

  #extension(operator: string, args: readonly Value[], body: Json): Value | undefined {
    const [first, second] = args as readonly [Value, Value];
    const ok = and(...args.map((each) => each.ok));
    const bool = (term: string): Value => ({ type: 'Bool', term, ok });
    const are = (...types: Type[]) => types.every((type, index) => args[index]?.type === type);
    const day = 86_400_000;
    switch (operator) {
      case 'ip':
        return constantAddress(textIn(body));
      case 'decimal':
        return { type: 'decimal', term: integer(parseDecimal(textIn(body))!.units), ok: 'true' };
      case 'datetime':
        return { type: 'datetime', term: integer(parseDatetime(textIn(body))!.milliseconds), ok: 'true' };
      case 'duration':
        return { type: 'duration', term: integer(parseDuration(textIn(body))!.milliseconds), ok: 'true' };
      case 'lessThan':
      case 'lessThanOrEqual':
      case 'greaterThan': {
        const order = { lessThan: '<', lessThanOrEqual: '<=', greaterThan: '>' }[operator];
        return are('decimal', 'decimal') ? bool(`(${order} ${first.term} ${second.term})`) : undefined;
      }
      case 'isIpv4':
        return are('ip') ? bool(not(first.parts!.six)) : undefined;
      case 'isIpv6':
        return are('ip') ? bool(first.parts!.six) : undefined;
      case 'isLoopback':
        return are('ip') ? bool(or(inRange(first, '127.0.0.0/8'), inRange(first, '::1'))) : undefined;
      case 'isInRange':
        return are('ip', 'ip')
          ? bool(inRange(first, textIn((body as unknown as Json[])[1]!.ip as Json)))
          : undefined;
      case 'offset':
        return are('datetime', 'duration')
          ? fitting('datetime', `(+ ${first.term} ${second.term})`, ok)
          : undefined;
      case 'durationSince':
        return are('datetime', 'datetime')
          ? fitting('duration', `(- ${first.term} ${second.term})`, ok)
          : undefined;
      case 'toDate':
        return are('datetime') ? fitting('datetime', `(* ${day} (div ${first.term} ${day}))`, ok) : undefined;
      case 'toTime':
        return are('datetime') ? { type: 'duration', term: `(mod ${first.term} ${day})`, ok } : undefined;
      case 'toMilliseconds':
        return are('duration') ? { type: 'Long', term: first.term, ok } : undefined;
      case 'toSeconds':
      case 'toDays': {
        const by = operator === 'toDays' ? day : 1000;
        const term = `(ite (>= ${first.term} 0) (div ${first.term} ${by}) (- (div (- ${first.term}) ${by})))`;
        return are('duration') ? { type: 'Long', term, ok } : undefined;
      }
      default:
        throw new NotTranslated(operator);
    }
  }
}

function isSet({ type }: Value): boolean {
  return typeof type === 'object' && 'set' in type;
}

function emptySet(type: Type): string {
  return `((as const ${sortOf(type)}) false)`;
}

function fitting(type: Type, term: string, ...oks: string[]): Value {
  return { type, term, ok: and(...oks, `(<= ${minimum} ${term})`, `(<= ${term} ${maximum})`) };
}

function textIn(body: Json): string {
  const [argument] = body as unknown as [Json];
  if (typeof argument?.Value !== 'string')
    throw new NotTranslated('a constructor of a text that is not constant');
  return argument.Value;
}

function constantAddress(text: string): Value {
  const { bits, address, prefix } = parseIpAddress(text)!;
  return {
    type: 'ip',
    term: '',
    ok: 'true',
    parts: { six: String(bits === 128), bits: `(_ bv${address} 128)`, prefix: String(prefix) },
  };
}

function inRange({ parts }: Value, range: string): string {
  const { bits, address, prefix } = parseIpAddress(range)!;
  const { six, bits: own, prefix: length } = parts!;
  const family = bits === 128 ? six : not(six);
  if (prefix === 0) return family;
  const [high, low] = [bits - 1, bits - prefix];
  const network = `(_ bv${address >> BigInt(bits - prefix)} ${prefix})`;
  return and(family, `(>= ${length} ${prefix})`, `(= ((_ extract ${high} ${low}) ${own}) ${network})`);
}
