import { bitsOf, constructors, greatestLong, type Ip, leastLong } from './extension.ts';
import { type Linear, makerOf, mapTerms, type Part, type Term, type Weighted } from './forms.ts';
import { type Effort, must, type Uid } from './report.ts';
import { type Attribute, entityKind, isNumberKind, type Kind, type Schema, type Type } from './schema.ts';

type Range = Term['range'];
export const elementsOf = (set: Term): readonly Term[] => set.parts[0] as readonly Term[];
export const membersOf = (record: Term) => new Map(record.parts[0] as readonly (readonly [string, Term])[]);

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

const termLayouts =
  'principal/ resource/ context/ bool/i string/s entity/ss ip/iii sum/siW floor/ni ./os tag/ex set/T ' +
  'record/M call/sT outside/DS common/DS above/eD';
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
    let depth = 1;
    const deepen = (inner: Term): Term => {
      depth = Math.max(depth, inner.depth + 1);
      return inner;
    };
    mapTerms(parts, deepen);
    const own = typeof type === 'string' ? { kind: type, depth: 0 } : type;
    const weights = new Map<Term, bigint>();
    const itself = { constant: 0n, weights };
    const [id, kind] = [count++, own.kind];
    const term = { id, form, parts, kind, type: own, depth, linear: linear ?? itself, range };
    weights.set(term, 1n);
    return term;
  };
  const forms: Record<string, (...parts: never[]) => Term> = {
    bool: (bit: bigint) => {
      must(bit === 0n || bit === 1n, 'A bool is 0 or 1.');
      return fresh('bool', [bit], 'Bool');
    },
    string: (text: string) => fresh('string', [text], 'String'),
    entity: (type: string, id: string) => fresh('entity', [type, id], entityKind(type)),
    ip: (...range: Ip) => {
      const [version, address, prefix] = range;
      const most = bitsOf(version);
      must(version === 4n || version === 6n, 'There is no such version of addresses.');
      must(address >= 0n && address < 1n << most && prefix >= 0n && prefix <= most, 'A range is none.');
      return fresh('ip', range, 'ipaddr');
    },
    sum: (kind: Kind, constant: bigint, weighted: Weighted) => {
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
    floor: (term: Term, divisor: bigint) => {
      must(divisor > 0n, 'A divisor is not above 0.');
      const { constant, weights } = term.linear;
      const whole = floor(constant, divisor);
      const [out, left]: [[bigint, Term][], [bigint, Term][]] = [[], []];
      for (const [one, weight] of weights)
        if (weight % divisor === 0n) out.push([weight / divisor, one]);
        else left.push([weight, one]);
      const rest = sum('Long', constant - whole * divisor, ...left);
      if (left.length === 0) return sum('Long', whole, ...out);
      if (rest !== term) return sum('Long', whole, ...out, [1n, make('floor', rest, divisor)]);
      const [least, greatest] = term.range;
      const range = [floor(least, divisor), floor(greatest, divisor)] as const;
      return fresh('floor', [term, divisor], 'Long', undefined, range);
    },
    '.': (owner: Term, name: string) => {
      const attribute = attributeOf(owner, name);
      must(attribute, `There is no attribute ${name}.`);
      return 'form' in attribute ? attribute : fresh('.', [owner, name], attribute.type);
    },
    tag: (owner: Term, key: Term) => {
      const type = tagsOf(owner);
      must(type, 'There are no tags.');
      return fresh('tag', [owner, key], type);
    },
    set: (elements: readonly Term[]) => {
      const all = [...new Set(elements)];
      return all.length < elements.length ? make('set', all) : fresh('set', [elements], 'set');
    },
    record: (members: readonly (readonly [string, Term])[]) => {
      must(new Map(members).size === members.length, 'A record has a name twice.');
      return fresh('record', [members], 'record');
    },
    call: (operator: string, operands: readonly Term[]) => {
      const isNumber = operator === '*' || constructors.has(operator);
      const kind = isNumber ? operator.replace('*', 'Long') : operator === 'ip' ? 'ipaddr' : 'Bool';
      return fresh('call', [operator, operands], kind);
    },
    above: (entity: Term, set: Term) => fresh('above', [entity, set], set.type.element!),
  };
  for (const form of ['outside', 'common'])
    forms[form] = (...sets: readonly Term[]) => fresh(form, sets, sets[0]!.type.element!);
  for (const [form, type] of Object.entries(variables)) forms[form] = () => fresh(form, [], type);
  const { make, read } = makerOf(termLayouts, forms, effort);
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
