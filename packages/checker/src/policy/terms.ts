import { bitsOf, constructors, type Ip, isWithin, networkOf } from './extension.ts';
import { type Forms, makerOf, type Term, type Value } from './forms.ts';
import { nameOf } from './json.ts';
import { always, type Literal, never, type Propagation } from './propagation.ts';
import { type Effort, must, type Uid } from './report.ts';
import * as schemas from './schema.ts';
import { isPossible } from './texts.ts';

type Kind = schemas.Kind;
/** A whole number: a constant, and terms that are no sums with their coefficients, none of which is zero. */
type Linear = Readonly<{ constant: bigint; weights: readonly Weight[] }>;
export type Weight = readonly [coefficient: bigint, term: Term];

/** What a number amounts to. */
function linearOf(term: Term): Linear {
  if (term.form !== 'sum') return { constant: 0n, weights: [[1n, term]] };
  const [, constant, coefficients] = term.values as [Kind, bigint, readonly bigint[]];
  return { constant, weights: term.operands.map((one, at) => [coefficients[at]!, one]) };
}

/** Adds up a constant and multiples of terms. Terms stand in the order in which they were made. */
export function combine(constant: bigint, all: readonly Weight[], effort: Effort): Linear {
  const sums = new Map<Term, bigint>();
  let total = constant;
  for (const [coefficient, term] of all) {
    const { constant, weights } = linearOf(term);
    effort.spend(weights.length);
    total += coefficient * constant;
    for (const [weight, one] of weights) sums.set(one, (sums.get(one) ?? 0n) + coefficient * weight);
  }
  const left = [...sums].filter(([, weight]) => weight !== 0n).sort(([one], [other]) => one.id - other.id);
  return { constant: total, weights: left.map(([term, weight]) => [weight, term]) };
}

/** What attributes a record can have. */
const namesOf = ({ form, values, type }: Term): readonly string[] =>
  form === 'record' ? (values[0] as readonly string[]) : [...type.attributes!.keys()];
export type Terms = ReturnType<typeof termsOf>;
export const isConstant = ({ form, operands }: Term): boolean =>
  /^(string|entity|ip|sum)$/.test(form) && operands.length === 0;
const elementOf = ({ type }: Term): schemas.Type => type.element!;
/** Of which kind an operator is about which nothing more is known. */
const kindOfCall = (operator: string): Kind =>
  constructors.has(operator) ? operator : operator === '*' ? 'Long' : operator === 'ip' ? 'ipaddr' : 'Bool';
const constant = (isSo: boolean): Literal => (isSo ? always : never);
const { entityKind, isActionKind, isEntityKind, isNumberKind } = schemas;

/**
 * The terms of one environment, always simplified (docs/policy-certificate.md, "Terms" and "Atoms"). `variables` are the
 * types of `principal`, `resource` and `context`; a name is a word, and perhaps the id of a policy or of an invariant.
 */
export function termsOf(
  schema: schemas.Schema,
  variables: Readonly<Record<string, schemas.Type>>,
  names: ReadonlyMap<string, Literal>,
  propagation: Propagation,
  effort: Effort,
) {
  let count = 0;
  const { and, or } = propagation;
  const atoms = new Map<Literal, Term>();
  type Made = Term | schemas.Type | Kind | Literal;
  /** A term of a type, or of kind Bool by its literal; or the simpler one that it is. */
  const settle = (made: Made, form: string, operands: readonly Term[], values: readonly Value[]): Term => {
    if (typeof made === 'object' && 'id' in made) return made;
    const type =
      typeof made === 'object' ? made : { kind: typeof made === 'number' ? 'Bool' : made, depth: 0 };
    const isAtom = type.kind === 'Bool' && typeof made !== 'number';
    const literal = isAtom ? propagation.variable() : typeof made === 'number' ? made : undefined;
    const depth = operands.reduce((most, inner) => Math.max(most, inner.depth + 1), 1);
    const term = { id: count++, form, operands, values, kind: type.kind, type, depth, literal };
    if (isAtom) atoms.set(literal!, term);
    return term;
  };
  /** When something of kind Bool is true. */
  const truth = (form: string, operands: readonly Term[], ...values: readonly Value[]): Literal =>
    make(form, operands, ...values).literal!;
  const is = (form: string, ...operands: readonly Term[]): Literal => truth(form, operands);
  const entity = ({ type, id }: Uid): Term => make('entity', [], type, id);
  const sum = (kind: Kind, constant: bigint, ...all: readonly Weight[]): Term => {
    const [terms, coefficients] = [all.map(([, term]) => term), all.map(([coefficient]) => coefficient)];
    return make('sum', terms, kind, constant, coefficients);
  };
  /** When a sum is at least a bound. */
  const atLeast = (bound: bigint, ...all: readonly Weight[]): Literal =>
    truth('atLeast', [sum('Long', 0n, ...all)], bound);
  const some = (all: readonly Term[], is: (one: Term) => Literal): Literal => or(all.map(is));
  /** Both are true or neither is. */
  const same = (one: Literal, other: Literal): Literal => or([and([one, other]), and([-one, -other])]);
  const named = (key: string): Literal => {
    const literal = names.get(key);
    must(literal !== undefined, 'There is no such policy, or no such invariant is claimed.');
    return literal;
  };
  /** What a record or an entity can have under a name: a part that is written, or what is declared. */
  const attributeOf = (owner: Term, name: string): Term | schemas.Attribute | undefined =>
    owner.form === 'record'
      ? owner.operands[namesOf(owner).indexOf(name)]
      : (schema.types.get(owner.kind) ?? owner.type).attributes?.get(name);
  const declared = ({ values: [type, id] }: Term) =>
    schema.actions.get(nameOf({ type: String(type), id: String(id) }));
  /** Whether an entity can be in another of a kind. */
  const isBelow = (entity: Term, kind: Kind): boolean =>
    schema.types.get(entity.kind)?.above.has(kind) === true;
  /** Both records have an attribute or neither; and if both have it, it is the same. */
  const agree = (one: Term, other: Term, name: string): Literal => {
    const [left, right] = [truth('has', [one], name), truth('has', [other], name)];
    if (left === never || right === never) return and([-left, -right]);
    const areEqual = is('equal', make('.', [one], name), make('.', [other], name));
    return and([same(left, right), -and([left, -areEqual])]);
  };

  const forms: Forms<Made> = {
    ...Object.fromEntries(Object.entries(variables).map(([name, type]) => [`${name}()`, () => type])),
    'true()': () => always,
    'false()': () => never,
    'string() s': () => 'String',
    'entity() ss': (type: string) => entityKind(type),
    'ip() iii': (version: bigint, address: bigint, prefix: bigint) => {
      const most = bitsOf(version);
      must(version === 4n || version === 6n, 'There is no such version of addresses.');
      must(address >= 0n && address < 1n << most && prefix >= 0n && prefix <= most, 'A range is none.');
      return 'ipaddr';
    },
    'sum(n*) siI': (terms: readonly Term[], kind: Kind, inner: bigint, coefficients: readonly bigint[]) => {
      const isSound = isNumberKind(kind) && terms.length === coefficients.length;
      must(isSound, 'A sum is of no number kind, or has not as many coefficients as terms.');
      const all = terms.map((term, at): Weight => [coefficients[at]!, term]);
      const { constant, weights } = combine(inner, all, effort);
      const [[weight, only] = []] = weights;
      if (constant === 0n && weights.length === 1 && weight === 1n && only?.kind === kind) return only;
      const isAddedUp = weights.length === all.length && weights.every(([, term], at) => term === terms[at]);
      return isAddedUp ? kind : sum(kind, constant, ...weights);
    },
    'floor(n) i': (_: Term, divisor: bigint) => {
      must(divisor > 0n, 'A divisor is not above 0.');
      return 'Long';
    },
    '.(o) s': (owner: Term, name: string) => {
      const attribute = attributeOf(owner, name);
      must(attribute, `There is no attribute ${name}.`);
      return 'form' in attribute ? attribute : attribute.type;
    },
    'tag(ex)': ({ kind }: Term) => {
      const type = schema.types.get(kind)?.tags;
      must(type, 'There are no tags.');
      return type;
    },
    'set(t*)': (elements: readonly Term[]) => {
      const all = [...new Set(elements)];
      return all.length < elements.length ? make('set', all) : 'set';
    },
    'record(t*) S': (members: readonly Term[], names: readonly string[]) => {
      const isSound = new Set(names).size === names.length && names.length === members.length;
      must(isSound, 'A record has a name twice, or not as many as members.');
      return 'record';
    },
    'call(t*) s': (_: readonly Term[], operator: string) => kindOfCall(operator),
    'above(eD)': (_: Term, set: Term) => elementOf(set),
    ...{ 'outside(DS)': elementOf, 'common(DS)': elementOf },
    'known(e)': (entity: Term) => {
      const isAction = isActionKind(entity.kind) && entity.form === 'entity';
      return isAction ? constant(declared(entity) !== undefined) : 'Bool';
    },
    'has(o) s': (owner: Term, name: string) => {
      const attribute = attributeOf(owner, name);
      if (attribute === undefined) return never;
      if ('isRequired' in attribute && !attribute.isRequired) return 'Bool';
      return owner.kind === 'record' ? always : is('known', owner);
    },
    'hasTag(ex)': ({ kind }: Term) => (schema.types.get(kind)?.tags ? 'Bool' : never),
    'like(x) S': ({ form, values }: Term, parts: readonly string[]) => {
      must(parts.length > 0, 'A pattern has no part.');
      const itself = [[String(values[0])], true] as const;
      if (form === 'string') return constant(isPossible([itself, [parts, true]], effort));
      return parts.length > 1 && parts.join('') === '' ? always : 'Bool';
    },
    'equal(tt)': (one: Term, other: Term) => {
      if (one === other) return always;
      if (one.kind !== other.kind || (isConstant(one) && isConstant(other))) return never;
      if (one.form === 'string') return truth('like', [other], [String(one.values[0])]);
      if (one.id > other.id || other.form === 'string') return is('equal', other, one);
      const { kind } = one;
      if (isNumberKind(kind))
        return and([atLeast(0n, [1n, one], [-1n, other]), atLeast(0n, [1n, other], [-1n, one])]);
      if (kind === 'set') return and([is('containsAll', one, other), is('containsAll', other, one)]);
      if (kind === 'Bool') return same(one.literal!, other.literal!);
      if (kind !== 'record') return 'Bool';
      const names = new Set([...namesOf(one), ...namesOf(other)]);
      return and([...names].map((name) => agree(one, other, name)));
    },
    'in(ee)': (one: Term, other: Term) => {
      if (one === other) return always;
      if (!isActionKind(one.kind)) return isBelow(one, other.kind) ? 'Bool' : is('equal', one, other);
      // Which action it is may be open. One that is not declared is in itself only.
      if (one.form !== 'entity') return 'Bool';
      const groups = declared(one)?.groups.map(entity) ?? [one];
      return some(groups, (group) => is('equal', group, other));
    },
    'inAny(eS)': (entity: Term, { form, operands, type }: Term) => {
      if (form === 'set') return some(operands, (element) => is('in', entity, element));
      const { kind } = type.element!;
      must(isEntityKind(kind), 'Only entities are in others.');
      const areActions = isActionKind(entity.kind) && isActionKind(kind);
      return entity.kind === kind || isBelow(entity, kind) || areActions ? 'Bool' : never;
    },
    'contains(St)': ({ form, operands, type }: Term, value: Term) => {
      if (form === 'set') return some(operands, (element) => is('equal', element, value));
      return type.element!.kind === value.kind ? 'Bool' : never;
    },
    'containsAll(SS)': (set: Term, other: Term) => {
      if (set === other) return always;
      if (other.form !== 'set') return 'Bool';
      return and(other.operands.map((value) => is('contains', set, value)));
    },
    'containsAny(SS)': (set: Term, other: Term) => {
      const [one, all] = other.form === 'set' ? [set, other] : [other, set];
      return all.form === 'set' ? some(all.operands, (value) => is('contains', one, value)) : 'Bool';
    },
    'inRange(aa)': (value: Term, within: Term) => {
      must(within.form === 'ip', 'A range is none.');
      const range = within.values as Ip;
      if (value.form === 'ip') return constant(isWithin(value.values as Ip, range));
      const network = make('ip', [], ...networkOf(range));
      return network === within ? 'Bool' : is('inRange', value, network);
    },
    // Of Σ ≥ b and −Σ ≥ 1 − b, which are each other's negation, one has a first coefficient above 0.
    'atLeast(n) i': (number: Term, bound: bigint) => {
      const { constant: inner, weights } = linearOf(number);
      if (weights.length === 0) return constant(inner >= bound);
      const divisor = weights.reduce((common, [weight]) => commonDivisor(common, weight), 0n);
      const scale = weights[0]![0] < 0n ? -divisor : divisor;
      const whole = sum('Long', 0n, ...weights.map(([weight, term]): Weight => [weight / scale, term]));
      const least = ceiling(bound - inner, divisor);
      if (scale < 0n) return -truth('atLeast', [whole], 1n - least);
      return whole === number ? 'Bool' : truth('atLeast', [whole], least);
    },
    'fails(t*) s': () => 'Bool',
    'policy() s': (id: string) => named(`policy ${id}`),
    'region() s': (id: string) => named(`region ${id}`),
    'broken() s': (id: string) => named(`broken ${id}`),
    ...{ 'permitted()': () => named('permitted'), 'forbidden()': () => named('forbidden') },
    'allowed()': () => named('allowed'),
  };
  const { make, tried, read } = makerOf(forms, effort, settle);
  /** The term of which a literal says that it is true, or that it is not. There is none if it is a gate's, ⊤ or ⊥. */
  const atomAt = (literal: Literal): Term | undefined => atoms.get(Math.abs(literal));
  return { make, tried, truth, is, read, entity, sum, atLeast, atomAt };
}

const commonDivisor = (one: bigint, other: bigint): bigint =>
  other === 0n ? (one < 0n ? -one : one) : commonDivisor(other, one % other);
/** Division by a positive number, rounded up. That of bigints is rounded toward zero. */
const ceiling = (value: bigint, divisor: bigint): bigint =>
  value > 0n ? (value + divisor - 1n) / divisor : value / divisor;
