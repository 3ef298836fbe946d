import { expect, test } from 'vitest';
import { type Logic, logicOf } from '../../src/policy/check.ts';
import { readIp } from '../../src/policy/extension.ts';
import type { Term, Value } from '../../src/policy/forms.ts';
import type { Literal } from '../../src/policy/propagation.ts';
import { Refusal } from '../../src/policy/report.ts';
import { isValid } from '../../src/policy/rules.ts';
import { isEntityKind, isNumberKind, readSchema } from '../../src/policy/schema.ts';
import { evaluatorOf } from './support/evaluate.ts';
import { modelOf } from './support/generate.ts';
import { type Random, randomOf } from './support/random.ts';
import { truthIn } from './support/truth.ts';
import { schemaText } from './support/world.ts';

const schema = readSchema(schemaText);
const [seed, rounds] = [Number(process.env.KITEN_SEED ?? 1), Number(process.env.KITEN_ROUNDS ?? 25)];

/** Undefined if what is tried has not its form. */
function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

type Is = (form: string, ...terms: Term[]) => Literal;
type Of = (form: string, operands: Term[], ...values: Value[]) => Term;
/** The lemmas as docs/policy-certificate.md has them, and what kinds of terms they are about: e an entity, s a set, t an element. */
const lemmas: Readonly<Record<number, readonly [string, (is: Is, of: Of, ...terms: Term[]) => Literal[]]>> = {
  4: ['eee', (is, _, a, b, c) => [-is('in', a!, b!), -is('in', b!, c!), is('in', a!, c!)]],
  5: ['ee', (is, _, a, b) => [-is('in', a!, b!), is('equal', a!, b!), is('known', a!)]],
  6: ['ee', (is, _, a, b) => [-is('in', a!, b!), -is('in', b!, a!), is('equal', a!, b!)]],
  7: ['c', (is, of, e) => ['red', 'green'].map((id) => is('equal', e!, of('entity', [], 'N::Color', id)))],
  8: [
    'sst',
    (is, _, s, u, t) => [-is('containsAll', s!, u!), -is('contains', u!, t!), is('contains', s!, t!)],
  ],
  9: [
    'ss',
    (is, of, s, u) => [
      is('containsAll', s!, u!),
      is('contains', u!, of('outside', [u!, s!])),
      -is('contains', s!, of('outside', [u!, s!])),
    ],
  ],
  10: [
    'sst',
    (is, _, s, u, t) => [-is('contains', s!, t!), -is('contains', u!, t!), is('containsAny', s!, u!)],
  ],
  11: [
    'ss',
    (is, of, s, u) => [
      -is('containsAny', s!, u!),
      is('contains', s!, of('common', [s!, u!])),
      is('contains', u!, of('common', [s!, u!])),
    ],
  ],
  12: ['ese', (is, _, e, s, t) => [-is('in', e!, t!), -is('contains', s!, t!), is('inAny', e!, s!)]],
  13: [
    'es',
    (is, of, e, s) => [
      -is('inAny', e!, s!),
      is('contains', s!, of('above', [e!, s!])),
      is('in', e!, of('above', [e!, s!])),
    ],
  ],
};

/** Random terms of all forms and kinds, those made first within the others. */
function termsOf({ pick, below }: Random, make: Of): Term[] {
  const names =
    'level limit home act inner x y name nick color owner groups texts longs address time span flag records';
  const all = [make('principal', []), make('resource', []), make('context', [])];
  const any = (): Term => pick(all);
  const attribute = (owner: Term) => make('.', [owner], pick(names.split(' ')));
  const forms: readonly (() => Term)[] = [
    () => attribute(any()),
    () => attribute(all[2]!),
    () => attribute(all[0]!),
    () => make('entity', [], 'Group', pick(['g', 'h'])),
    () => make('entity', [], 'Action', pick(['view', 'read', 'all', 'unheard'])),
    () => make('entity', [], 'N::Color', pick(['red', 'green', 'blue'])),
    () => make('string', [], pick(['a', 'ab', ''])),
    () => make('ip', [], ...readIp(pick(['10.0.0.1', '10.0.0.0/8', '::1']))!),
    () => make(pick(['true', 'false']), []),
    () =>
      make('sum', [any(), any()], pick(['Long', 'datetime', 'duration']), BigInt(below(7) - 3), [
        BigInt(below(5) - 2),
        1n,
      ]),
    () => make('floor', [any()], BigInt(1 + below(4))),
    () => make('tag', [pick([all[0]!, all[1]!]), any()]),
    () => make('set', Array.from({ length: below(3) }, any)),
    () => make('record', [any()], ['x']),
    () => make(pick(['outside', 'common', 'above']), [any(), any()]),
    () => make('outside', [any(), make('set', [])]),
    () => make('call', [make('string', [], pick(['10.0.0.1', '1.5', 'a']))], pick(['ip', 'decimal'])),
  ];
  // Something of each kind that a rule is about.
  for (const name of [
    'name',
    'nick',
    'level',
    'time',
    'span',
    'address',
    'home',
    'color',
    'groups',
    'texts',
    'inner',
  ])
    all.push(make('.', [all[2]!], name));
  all.push(
    make('floor', [make('.', [all[2]!], 'span')], 3n),
    make('sum', [make('.', [all[2]!], 'span')], 'Long', 0n, [1n]),
  );
  for (const name of ['groups', 'texts', 'longs'])
    all.push(make('outside', [make('.', [all[2]!], name), make('set', [])]));
  all.push(...ranges.map((range) => make('ip', [], ...readIp(range)!)));
  for (const owner of all.filter(({ kind }) => isEntityKind(kind))) {
    for (const name of ['nick', 'limit', 'owner'])
      all.push(...[attempt(() => make('has', [owner], name)) ?? []].flat());
    all.push(...[attempt(() => make('hasTag', [owner, make('string', [], 'a')])) ?? []].flat());
  }
  while (all.length < 130) all.push(...[attempt(pick(forms)) ?? []].flat());
  return [...new Set(all)];
}

const ranges = ['10.0.0.0/8', '10.0.0.1', '0.0.0.0/0', '::/0', '::1', '11.0.0.0/8', '10.1.0.0/16'];
const patterns = [['a', ''], ['a'], ['', 'b'], ['ab'], ['', ''], ['', 'a', ''], ['a', 'b'], ['b', '']];

/** A random atom about some terms. */
function atomOf({ pick, below }: Random, logic: Logic, one: Term, other: Term): Literal | undefined {
  const { is, truth, atLeast } = logic;
  const pairs = ['equal', 'in', 'inAny', 'contains', 'containsAll', 'containsAny', 'hasTag'];
  const forms: readonly (() => Literal)[] = [
    () => is(pick(pairs), one, other),
    () => is(pick(pairs), other, one),
    () => (one.kind === 'Bool' ? one.literal! : is('known', one)),
    () => truth('has', [one], pick(['nick', 'limit', 'owner', 'y'])),
    () => truth('like', [one], pick(patterns)),
    () => is('inRange', one, other),
    () => atLeast(BigInt(below(5) - 2), [1n, one], [BigInt(below(5) - 2), other]),
    () => atLeast(BigInt(below(3)), [pick([1n, -1n]), one]),
  ];
  return attempt(pick(forms));
}

/** A rule, what it is told, and a clause that it may give: most are right, or nearly. */
function candidate(random: Random, logic: Logic, terms: readonly Term[]) {
  const { is, truth, make, atLeast } = logic;
  const { pick, below, chance } = random;
  const pool = (fits: (term: Term) => boolean): readonly Term[] => terms.filter(fits);
  const pools: Readonly<Record<string, readonly Term[]>> = {
    e: pool(({ kind }) => isEntityKind(kind)),
    c: pool(({ kind }) => kind === '@N::Color'),
    s: pool(({ kind, form }) => kind === 'set' && (form !== 'set' || chance(0.2))),
    t: terms,
    x: pool(({ kind, form }) => kind === 'String' && form !== 'string'),
    a: pool(({ kind, form }) => kind === 'ipaddr' && form !== 'ip'),
    r: pool(({ form }) => form === 'ip'),
    n: pool(({ kind, form }) => isNumberKind(kind) && form !== 'sum'),
  };
  const few = (most: number, make: () => Literal | undefined): Literal[] =>
    Array.from({ length: 1 + below(most) }, () =>
      [make() ?? []].flat().map((one) => (chance(0.5) ? one : -one)),
    ).flat();
  const rule = pick([1, 2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
  if (rule === 1) {
    const text = pick(pools.x!);
    return { rule, named: [], clause: few(4, () => truth('like', [text], pick(patterns))) };
  }
  if (rule === 2) {
    const numbers = [pick(pools.n!), pick(pools.n!)];
    const sum = () => numbers.map((one) => [BigInt(below(5) - 2), one] as const);
    const clause = few(3, () => atLeast(BigInt(below(5) - 2), ...sum()));
    return { rule, named: [clause.map(() => below(4))], clause };
  }
  if (rule === 15) {
    const [number, other] = [pick(pools.n!), pick(pools.n!)];
    const [whole, divisor] = [
      number.operands[0] ?? number,
      number.form === 'floor' ? (number.values[0] as bigint) : 1n,
    ];
    const sign = pick([1n, -1n]);
    const isBounded = number.form === 'floor' ? chance(0.1) : chance(0.9);
    const literal = isBounded
      ? atLeast(pick([-(2n ** 63n), 1n - 2n ** 63n, 2n ** 63n]), [sign, chance(0.9) ? number : other])
      : attempt(() => atLeast(pick([0n, 1n - divisor, 1n]), [sign, whole], [-sign * divisor, number]));
    return { rule, named: [terms.indexOf(number)], clause: [literal ?? 1, ...few(1, () => undefined)] };
  }
  if (rule === 16) {
    const other = pick(pools.e!);
    const had = pick(pool(({ form }) => /^has/.test(form)));
    const known = is('known', chance(0.8) ? had.operands[0]! : other);
    const clause = [chance(0.9) ? -had.literal! : had.literal!, known];
    return { rule, named: [terms.indexOf(had)], clause };
  }
  if (rule === 14) {
    const address = pick(pools.a!);
    const named = [pick(pools.r!), pick(pools.r!)];
    const range = (): Term => (chance(0.8) ? pick(named) : pick(pools.r!));
    const about = () => is(chance(0.7) ? 'inRange' : 'equal', address, range());
    return { rule, named: [address, ...named].map((term) => terms.indexOf(term)), clause: few(3, about) };
  }
  if (rule === 3) {
    const one = pick(terms);
    const other = pick(
      pool(({ kind }) => kind === one.kind || (isNumberKind(one.kind) && isNumberKind(kind)) || chance(0.1)),
    );
    const inner = attempt(() => make('set', [one])) ?? one;
    const [third, same] = [pick(chance(0.5) ? pools.s! : terms), below(1e6)];
    const sign = chance(0.5) ? 1 : -1;
    const about = (term: Term) => sign * (atomOf(fixed(same), logic, term, third) ?? sign);
    const isNumber = isNumberKind(one.kind) && isNumberKind(other.kind);
    const less = (a: Term, b: Term) => -atLeast(0n, [1n, a], [-1n, b]);
    const premises = isNumber ? [less(one, other), less(other, one)] : [-is('equal', one, other)];
    return {
      rule,
      named: [terms.indexOf(one), terms.indexOf(other)],
      clause: [
        ...premises,
        about(one),
        -about(other),
        ...few(1, () => atomOf(random, logic, inner, third)),
      ].filter((literal) => Math.abs(literal) > 1),
    };
  }
  const [letters, lemma] = lemmas[rule]!;
  const named: Term[] = [];
  for (const letter of letters) {
    // An element is mostly one of a set that was named before.
    const set = named.find(({ type }) => type.element !== undefined);
    const fit =
      letter === 't' && set && chance(0.9)
        ? pool(({ kind }) => kind === set.type.element?.kind)
        : pools[letter]!;
    const element =
      letter === 't' && set && chance(0.4)
        ? attempt(() => make('outside', [set, make('set', [])]))
        : undefined;
    named.push(element && terms.includes(element) ? element : pick(fit.length > 0 ? fit : terms));
  }
  const full = attempt(() => lemma(is, make, ...named)) ?? [];
  const clause = full.filter(() => chance(0.8)).map((literal) => (chance(0.05) ? -literal : literal));
  const more = chance(0.2) ? few(2, () => atomOf(random, logic, pick(named), pick(terms))) : [];
  return { rule, named: named.map((term) => terms.indexOf(term)), clause: [...clause, ...more] };
}

/** The same choices again. */
const fixed = (state: number): Random => randomOf(state);

test('whatever a rule lets through holds in every model', () => {
  const valid: Record<number, number> = {};
  for (let round = 0; round < rounds; round += 1) {
    const random = randomOf(seed * 7919 + round);
    const view = { type: 'Action', id: 'view' };
    const logic = logicOf(
      schema,
      { principal: 'User', action: view, resource: 'Doc' },
      schema.actions.get('Action::"view"')!,
    );
    const models = Array.from({ length: 25 }, () =>
      truthIn(logic, evaluatorOf(modelOf(random, 'User').model, schema)),
    );
    const terms = termsOf(random, logic.make);
    logic.known.push(...terms);
    for (let attempts = 0; attempts < 1500; attempts += 1) {
      const {
        rule,
        named: rest,
        clause,
      } = attempt(() => candidate(random, logic, terms)) ?? { rule: 0, named: [], clause: [] };
      // Not what says nothing.
      if (clause.includes(1) || clause.some((literal) => clause.includes(-literal))) continue;
      if (rule === 0 || attempt(() => isValid(rule, clause, rest, logic)) !== true) continue;
      valid[rule] = (valid[rule] ?? 0) + 1;
      const isBroken = models.some((truth) => !clause.some((literal) => truth([literal])[0]));
      if (isBroken)
        throw new Error(
          `seed ${seed}, round ${round}, rule ${rule}: ${clause.map((one) => show(one, logic))}`,
        );
    }
  }
  process.stdout.write(`clauses by rule, seed ${seed}: ${JSON.stringify(valid)}\n`);
  expect(Object.keys(valid).length).toBe(16);
}, 300_000);

function show(literal: Literal, { atomAt }: Logic): string {
  const said = ({ form, operands, values }: Term): unknown => [
    form,
    ...operands.map(said),
    ...values.map(String),
  ];
  const atom = atomAt(literal);
  return `${literal < 0 ? '-' : ''}${atom ? JSON.stringify(said(atom)) : 'gate'}`;
}
