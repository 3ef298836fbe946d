import { type Ip, isWithin, networkOf } from './extension.ts';
import { type Forms, makerOf, type Part, type Term, type Weighted, written } from './forms.ts';
import type { Gates } from './gates.ts';
import { nameOf } from './json.ts';
import { always, type Literal, never, type Propagation } from './propagation.ts';
import { type Effort, must } from './report.ts';
import { isActionKind, isEntityKind, isNumberKind, type Kind, type Schema } from './schema.ts';
import { combine, elementsOf, floor, namesOf, rangeOf, type Terms } from './terms.ts';
import { isPossible } from './texts.ts';

/** An atom as a variable stands for it: one that is not simplified further. */
type Atom = Readonly<{ form: string; parts: readonly Part[] }>;
export type Atoms = ReturnType<typeof atomsOf>;
/** What has a name in an environment: a word, and after a space the id of a policy or an invariant. */
export type Names = ReadonlyMap<string, Literal>;

const constant = (isSo: boolean): Literal => (isSo ? always : never);
/** Whether it is an action, and open which. */
export const isOpenAction = ({ kind, form }: Term): boolean => isActionKind(kind) && form !== 'entity';

/** The atoms of one environment: what they are, always simplified (docs/policy-certificate.md, "Atoms"). */
export function atomsOf(
  schema: Schema,
  terms: Terms,
  { and, or }: Gates,
  names: Names,
  propagation: Propagation,
  effort: Effort,
) {
  const [atoms, variables] = [new Map<Literal, Atom>(), new Map<string, Literal>()];
  const atom = (form: string, ...parts: readonly Part[]): Literal => {
    const key = form + written(parts);
    const variable = variables.get(key) ?? propagation.variable();
    variables.set(key, variable);
    atoms.set(variable, { form, parts });
    return variable;
  };
  const equal = (one: Term, other: Term): Literal => make('equal', one, other);
  const atLeast = (bound: bigint, ...sum: Weighted): Literal => make('atLeast', sum, bound);
  const each = <T>(all: Iterable<T>, is: (one: T) => Literal): Literal => and([...all].map(is));
  const some = <T>(all: Iterable<T>, is: (one: T) => Literal): Literal => or([...all].map(is));
  /** Both are true or neither is. */
  const same = (one: Literal, other: Literal): Literal => or([and([one, other]), and([-one, -other])]);

  const declared = ({ parts: [type, id] }: Term) =>
    schema.actions.get(nameOf({ type: String(type), id: String(id) }));
  /** Whether an entity can be in another of a kind. */
  const isBelow = (entity: Term, kind: Kind): boolean =>
    schema.types.get(entity.kind)?.above.has(kind) === true;
  /** Whether a record, or an entity in the store, has an attribute. */
  const present = (owner: Term, name: string): Literal => {
    const attribute = terms.attributeOf(owner, name);
    if (attribute === undefined) return never;
    const itself = 'form' in attribute || attribute.isRequired ? always : make('has', owner, name);
    return owner.kind === 'record' ? itself : and([make('known', owner), itself]);
  };
  /** Whether an entity in the store has a tag. */
  const presentTag = (owner: Term, key: Term): Literal =>
    terms.tagsOf(owner) ? and([make('known', owner), make('hasTag', owner, key)]) : never;
  /** Both records have an attribute or neither; and if both have it, it is the same. */
  const agree = (one: Term, other: Term, name: string): Literal => {
    const [left, right] = [present(one, name), present(other, name)];
    if (left === never || right === never) return and([-left, -right]);
    const areEqual = equal(terms.make('.', one, name), terms.make('.', other, name));
    return and([same(left, right), or([-left, areEqual])]);
  };
  const named = (word: string) => (id?: string) => {
    const literal = names.get(`${word} ${id ?? ''}`);
    must(literal !== undefined, 'There is no such policy, or no such invariant is claimed.');
    return literal;
  };

  const forms: Forms<Literal> = {
    'true b': (value: Term) =>
      value.form === 'bool' ? constant(value.parts[0] === 1n) : atom('true', value),
    'known e': (entity: Term) => {
      const isAction = isActionKind(entity.kind) && entity.form === 'entity';
      return isAction ? constant(declared(entity) !== undefined) : atom('known', entity);
    },
    'has os': (owner: Term, name: string) => {
      const attribute = terms.attributeOf(owner, name);
      must(attribute && 'isRequired' in attribute && !attribute.isRequired, 'This is no optional one.');
      return atom('has', owner, name);
    },
    'hasTag ex': (owner: Term, key: Term) => {
      must(terms.tagsOf(owner), 'There are no tags.');
      return atom('hasTag', owner, key);
    },
    'like xP': (text: Term, all: readonly string[]) => {
      const itself = [[String(text.parts[0])], true] as const;
      if (text.form === 'string') return constant(isPossible([itself, [all, true]], effort));
      const parts = all.filter((part, at) => part !== '' || at === 0 || at === all.length - 1);
      return parts.length > 1 && parts.join('') === '' ? always : atom('like', text, parts);
    },
    'equal tt': (one: Term, other: Term) => {
      if (one === other) return always;
      const isConstant = one.form === other.form && (one.form === 'entity' || one.form === 'ip');
      if (one.kind !== other.kind || isConstant) return never;
      if (one.form === 'string') return make('like', other, [one.parts[0]!]);
      if (other.form === 'string') return make('like', one, [other.parts[0]!]);
      if (isNumberKind(one.kind))
        return and([atLeast(0n, [1n, one], [-1n, other]), atLeast(0n, [1n, other], [-1n, one])]);
      if (one.kind === 'set') return and([make('containsAll', one, other), make('containsAll', other, one)]);
      if (one.kind === 'record')
        return each(new Set([one, other].flatMap(namesOf)), (name) => agree(one, other, name));
      if (one.kind === 'Bool') return same(make('true', one), make('true', other));
      return one.id < other.id ? atom('equal', one, other) : atom('equal', other, one);
    },
    'in ee': (one: Term, other: Term) => {
      must(!isOpenAction(one), 'What an open action is in is no atom.');
      if (one === other) return always;
      if (!isActionKind(one.kind))
        return isBelow(one, other.kind) ? atom('in', one, other) : equal(one, other);
      // One that is not declared is in itself only.
      const groups = declared(one)?.groups.map(terms.entity) ?? [one];
      return some(groups, (group) => equal(group, other));
    },
    'inAny eS': (entity: Term, set: Term) => {
      must(!isOpenAction(entity), 'What an open action is in is no atom.');
      if (set.form === 'set') return some(elementsOf(set), (element) => make('in', entity, element));
      const { kind } = set.type.element!;
      must(isEntityKind(kind), 'Only entities are in others.');
      const areActions = isActionKind(entity.kind) && isActionKind(kind);
      const canBe = entity.kind === kind || isBelow(entity, kind) || areActions;
      return canBe ? atom('inAny', entity, set) : never;
    },
    'contains St': (set: Term, value: Term) => {
      if (set.form === 'set') return some(elementsOf(set), (element) => equal(element, value));
      return set.type.element!.kind === value.kind ? atom('contains', set, value) : never;
    },
    'containsAll SS': (set: Term, other: Term) => {
      if (set === other) return always;
      if (other.form === 'set') return each(elementsOf(other), (value) => make('contains', set, value));
      return atom('containsAll', set, other);
    },
    'containsAny SS': (set: Term, other: Term) => {
      const [one, all] = other.form === 'set' ? [set, other] : [other, set];
      if (all.form === 'set') return some(elementsOf(all), (value) => make('contains', one, value));
      return atom('containsAny', set, other);
    },
    'inRange aa': (value: Term, within: Term) => {
      must(within.form === 'ip', 'A range is none.');
      const range = within.parts as Ip;
      if (value.form === 'ip') return constant(isWithin(value.parts as Ip, range));
      return atom('inRange', value, terms.make('ip', ...networkOf(range)));
    },
    // Of Σ ≥ b and −Σ ≥ 1 − b, which are each other's negation, one has a first coefficient above 0.
    'atLeast Wi': (weighted: Weighted, bound: bigint) => {
      const { constant: inner, weights } = combine(0n, weighted, effort);
      const divisor = [...weights.values()].reduce(commonDivisor, 0n);
      if (divisor === 0n) return constant(inner >= bound);
      const rest = -floor(inner - bound, divisor);
      const [least, greatest] = rangeOf({ constant: 0n, weights });
      if (least >= rest * divisor || greatest < rest * divisor) return constant(least >= rest * divisor);
      const [first] = weights.values();
      const scale = first! < 0n ? -divisor : divisor;
      const sum = [...weights].map(([value, weight]) => [weight / scale, value]);
      return scale < 0n ? -atom('atLeast', sum, 1n - rest) : atom('atLeast', sum, rest);
    },
    'fails sT': (operator: string, operands: readonly Term[]) => atom('fails', operator, operands),
    ...{ 'policy s': named('policy'), 'region s': named('region'), 'broken s': named('broken') },
    ...{ permitted: named('permitted'), forbidden: named('forbidden'), allowed: named('allowed') },
  };
  const { make, read } = makerOf(forms, effort);
  /** The atom that a literal is, or of which it is the negation. There is none if it is a gate's, ⊤ or ⊥. */
  const atomAt = (literal: Literal): Atom | undefined => atoms.get(Math.abs(literal));
  return { make, read, equal, atLeast, present, presentTag, atomAt };
}

const commonDivisor = (one: bigint, other: bigint): bigint =>
  other === 0n ? (one < 0n ? -one : one) : commonDivisor(other, one % other);
