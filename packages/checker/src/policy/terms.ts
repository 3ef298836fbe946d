import { bitsOf, constructors, greatestLong, type Ip, leastLong } from './extension.ts';
import { type Forms, type Linear, makerOf, type Part, type Term, termsIn, type Weighted } from './forms.ts';
import { type Effort, must, type Uid } from './report.ts';
import { type Attribute, entityKind, isNumberKind, type Kind, type Schema, type Type } from './schema.ts';

type Range = Term['range'];
export const elementsOf = (set: Term): readonly Term[] => set.parts[0] as readonly Term[];
const membersOf = (record: Term) => new Map(record.parts[0] as readonly (readonly [string, Term])[]);
/** What attributes a record can have. */
export const namesOf = (record: Term): readonly string[] => [
  ...(record.form === 'record' ? membersOf(record) : record.type.attributes!).keys(),
];

/** Adds up a constant and terms, sums among them multiplied out. Terms stand in the order in which they were made. */
export function combine(constant: bigint, weighted: Weighted, effort: Effort): Linear {
  const weights = new Map<Term, bigint>();
  let total = constant;
  for (const [coefficient, { linear }] of weighted) {
    effort.spend(linear.weights.size);
    total += coefficient * linear.constant;
    for (const [term, own] of linear.weights)
      weights.set(term, (weights.get(term) ?? 0n) + coefficient * own);
  }
  const left = [...weights].filter(([, weight]) => weight !== 0n).sort(([one], [other]) => one.id - other.id);
  return { constant: total, weights: new Map(left) };
}

/** The range of a sum by those of its parts. */
export function rangeOf({ constant, weights }: Linear): Range {
  let [least, greatest] = [constant, constant];
  for (const [{ range }, weight] of weights) {
    const [low, high] = weight > 0n ? range : range.toReversed();
    [least, greatest] = [least + weight * low!, greatest + weight * high!];
  }
  return [least, greatest];
}

/** Division by a positive number, rounded down. That of bigints is rounded toward zero. */
export const floor = (value: bigint, divisor: bigint): bigint =>
  value >= 0n ? value / divisor : -((divisor - 1n - value) / divisor);

export type Terms = ReturnType<typeof termsOf>;

/** The terms of one environment. `variables` are the types of `principal`, `resource` and `context`. */
export function termsOf(schema: Schema, variables: Readonly<Record<string, Type>>, effort: Effort) {
  let count = 0;
  const fresh = (
    form: string,
    parts: readonly Part[],
    type: Type | Kind,
    linear?: Linear,
    range: Range = [leastLong, greatestLong],
  ): Term => {
    const depth = termsIn(parts).reduce((most, inner) => Math.max(most, inner.depth + 1), 1);
    const own = typeof type === 'string' ? { kind: type, depth: 0 } : type;
    const weights = new Map<Term, bigint>();
    const itself = { constant: 0n, weights };
    const term = {
      id: count++,
      form,
      parts,
      kind: own.kind,
      type: own,
      depth,
      linear: linear ?? itself,
      range,
    };
    weights.set(term, 1n);
    return term;
  };
  const forms: Forms<Term> = {
    ...Object.fromEntries(
      Object.entries(variables).map(([name, type]) => [name, () => fresh(name, [], type)]),
    ),
    'bool i': (bit: bigint) => {
      must(bit === 0n || bit === 1n, 'A bool is 0 or 1.');
      return fresh('bool', [bit], 'Bool');
    },
    'string s': (text: string) => fresh('string', [text], 'String'),
    'entity ss': (type: string, id: string) => fresh('entity', [type, id], entityKind(type)),
    'ip iii': (...range: Ip) => {
      const [version, address, prefix] = range;
      const most = bitsOf(version);
      must(version === 4n || version === 6n, 'There is no such version of addresses.');
      must(address >= 0n && address < 1n << most && prefix >= 0n && prefix <= most, 'A range is none.');
      return fresh('ip', range, 'ipaddr');
    },
    'sum siW': (kind: Kind, constant: bigint, weighted: Weighted) => {
      must(isNumberKind(kind), 'A sum is of a number kind.');
      const linear = combine(constant, weighted, effort);
      const all = [...linear.weights].map(([term, own]) => [own, term] as const);
      const [[weight, only] = []] = all;
      if (linear.constant === 0n && all.length === 1 && weight === 1n && only?.kind === kind) return only;
      const isPlain =
        all.length === weighted.length && all.every(([, term], at) => term === weighted[at]![1]);
      if (!isPlain) return make('sum', kind, linear.constant, all);
      return fresh('sum', [kind, constant, all], kind, linear, rangeOf(linear));
    },
    // Whatever is a multiple of the divisor comes out.
    'floor ni': (term: Term, divisor: bigint) => {
      must(divisor > 0n, 'A divisor is not above 0.');
      const { constant, weights } = term.linear;
      const whole = floor(constant, divisor);
      const all = [...weights].map(([one, weight]) => [weight, one] as const);
      const left = all.filter(([weight]) => weight % divisor !== 0n);
      const out = all.flatMap(([weight, one]) =>
        weight % divisor === 0n ? [[weight / divisor, one] as const] : [],
      );
      const rest = sum('Long', constant - whole * divisor, ...left);
      if (left.length === 0) return sum('Long', whole, ...out);
      if (rest !== term) return sum('Long', whole, ...out, [1n, make('floor', rest, divisor)]);
      const [least, greatest] = term.range;
      const range = [floor(least, divisor), floor(greatest, divisor)] as const;
      return fresh('floor', [term, divisor], 'Long', undefined, range);
    },
    '. os': (owner: Term, name: string) => {
      const attribute = attributeOf(owner, name);
      must(attribute, `There is no attribute ${name}.`);
      return 'form' in attribute ? attribute : fresh('.', [owner, name], attribute.type);
    },
    'tag ex': (owner: Term, key: Term) => {
      const type = tagsOf(owner);
      must(type, 'There are no tags.');
      return fresh('tag', [owner, key], type);
    },
    'set T': (elements: readonly Term[]) => {
      const all = [...new Set(elements)];
      return all.length < elements.length ? make('set', all) : fresh('set', [elements], 'set');
    },
    'record M': (members: readonly (readonly [string, Term])[]) => {
      must(new Map(members).size === members.length, 'A record has a name twice.');
      return fresh('record', [members], 'record');
    },
    'call sT': (operator: string, operands: readonly Term[]) => {
      const isNumber = operator === '*' || constructors.has(operator);
      const kind = isNumber ? operator.replace('*', 'Long') : operator === 'ip' ? 'ipaddr' : 'Bool';
      return fresh('call', [operator, operands], kind);
    },
    'above eD': (entity: Term, set: Term) => fresh('above', [entity, set], set.type.element!),
    'outside DS': (set: Term, other: Term) => fresh('outside', [set, other], set.type.element!),
    'common DS': (set: Term, other: Term) => fresh('common', [set, other], set.type.element!),
  };
  const { make, read } = makerOf(forms, effort);
  const entity = ({ type, id }: Uid): Term => make('entity', type, id);
  const sum = (kind: Kind, constant: bigint, ...weighted: Weighted): Term =>
    make('sum', kind, constant, weighted);
  /** What a record or an entity can have under a name: a part that is written, or what is declared. */
  const attributeOf = (owner: Term, name: string): Term | Attribute | undefined =>
    owner.form === 'record'
      ? membersOf(owner).get(name)
      : (schema.types.get(owner.kind) ?? owner.type).attributes?.get(name);
  const tagsOf = ({ kind }: Term): Type | undefined => schema.types.get(kind)?.tags;
  return { make, read, entity, sum, attributeOf, tagsOf };
}
