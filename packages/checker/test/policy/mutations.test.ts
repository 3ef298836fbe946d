import { type CborValue, decodeCbor, encodeCbor } from '@kiten/codec';
import { expect, test } from 'vitest';
import { checkPolicyCertificate } from '../../src/policy/check.ts';
import { encode, ProofBuilder } from './support/builder.ts';
import { policySet } from './support/policies.ts';
import { randomOf } from './support/random.ts';
import { schema } from './support/world.ts';

// What is true of these policies: `kept` is, and `broken` is not.
const policies = JSON.stringify(
  policySet(`
    @id("p") permit (principal is User, action == Action::"view", resource)
      when { context.name like "a*" && context.level < 3 && principal in context.home && context.home in Group::"g" };
    @id("q") forbid (principal, action, resource) when { context.color == N::Color::"red" };`),
);
const invariants = JSON.stringify(
  policySet(`
    @id("kept") forbid (principal is User, action, resource)
      when { context.name like "b*" || context.level > 5 || !(principal in Group::"g") };
    @id("also") forbid (principal is User, action, resource) when { context.color != N::Color::"green" };
    @id("broken") forbid (principal is User, action, resource) when { context.level < 0 };`),
);

function certificate(): Uint8Array {
  const { atLeast, atom, path, step, term, ...builder } = new ProofBuilder('User', 'Action', 'view', 'Doc');
  const [name, level, own, home] = [
    path('context', 'name'),
    path('context', 'level'),
    term('principal'),
    path('context', 'home'),
  ];
  const [g, color] = [term('entity', 'Group', 'g'), path('context', 'color')];
  const [red, green] = [term('entity', 'N::Color', 'red'), term('entity', 'N::Color', 'green')];
  step(1, [-atom('like', name, ['a', '']), -atom('like', name, ['b', ''])]);
  step(2, [-atLeast([[-1, level]], -2), -atLeast([[1, level]], 6)], [1, 1]);
  step(4, [-atom('in', own, home), -atom('in', home, g), atom('in', own, g)], own, home, g);
  step(7, [atom('equal', color, red), atom('equal', color, green)], color);
  step(0, [-atom('broken', 'kept')]);
  for (const id of ['p', 'q']) term('policy', id);
  return encode(['kept', 'also'], [[[...builder.environment], builder.terms, builder.steps] as CborValue]);
}
const valid = certificate();
const check = (bytes: Uint8Array) =>
  checkPolicyCertificate({ certificate: bytes, policies, schema: JSON.stringify(schema), invariants });
const decoded = () => decodeCbor(valid, { maxDepth: 9 });

/** Whatever holds proves no more than what is true. */
function expectNoMore(bytes: Uint8Array): boolean {
  const report = check(bytes);
  if (!report.holds) return false;
  expect(['kept', 'also']).toEqual(expect.arrayContaining([...report.proven]));
  expect([...report.proven, ...report.unproven].sort()).toEqual(['also', 'broken', 'kept']);
  return true;
}

test('the certificate holds', () => {
  expect(check(valid)).toEqual({
    holds: true,
    proven: ['kept', 'also'],
    unproven: ['broken'],
    environments: 4,
  });
});

test('with any bit flipped it proves nothing else', () => {
  let held = 0;
  for (let at = 0; at < valid.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const mutant = valid.slice();
      mutant[at]! ^= 1 << bit;
      if (expectNoMore(mutant)) held += 1;
    }
  }
  // A multiplier or a letter of a pattern can be another; most of it has to be as it is.
  expect(held).toBeLessThan(valid.length / 4);
}, 300_000);

test('cut off, or with anything behind it, it is refused', () => {
  for (let length = 0; length < valid.length; length += 1)
    expect(check(valid.subarray(0, length))).toMatchObject({ holds: false, reason: 'certificate-malformed' });
  expect(check(Uint8Array.of(...valid, 0))).toMatchObject({ holds: false, reason: 'certificate-malformed' });
});

/** All places within an item, as the array and the index there. */
function* places(item: CborValue): Generator<[CborValue[], number]> {
  if (!Array.isArray(item)) return;
  for (const [at, inner] of item.entries()) {
    yield [item, at];
    yield* places(inner);
  }
}
const count = [...places(decoded())].length;
const strange: readonly CborValue[] = [
  0,
  1,
  -1,
  2 ** 53 - 1,
  '',
  'kept',
  'broken',
  'principal',
  [],
  [0],
  [[0, 0]],
  true,
  null,
  new Map(),
  1.5,
  new Uint8Array(1),
];

test('with any part removed, doubled or another it proves nothing else', () => {
  for (let at = 0; at < count; at += 1) {
    const change = (act: (list: CborValue[], index: number) => void): void => {
      const item = decoded();
      act(...[...places(item)][at]!);
      expectNoMore(encodeCbor(item));
    };
    change((list, index) => list.splice(index, 1));
    change((list, index) => list.splice(index, 0, list[index]!));
    change((list, index) => list.splice(index, 2, ...list.slice(index, index + 2).reverse()));
    for (const other of strange) change((list, index) => list.splice(index, 1, other));
  }
}, 300_000);

test('with parts exchanged at random it proves nothing else', () => {
  const random = randomOf(Number(process.env.KITEN_SEED ?? 3));
  for (let round = 0; round < Number(process.env.KITEN_ROUNDS ?? 1500); round += 1) {
    const item = decoded();
    const all = [...places(item)];
    for (let times = 0; times < 1 + random.below(3); times += 1) {
      const [[list, index], [other, place]] = [random.pick(all), random.pick(all)];
      const part = structuredClone(other[place]!);
      list[index] = typeof part === 'number' && random.chance(0.5) ? part + random.below(3) - 1 : part;
    }
    expectNoMore(encodeCbor(item));
  }
}, 300_000);

test('a claim of what is not true is never proven', () => {
  const random = randomOf(4);
  for (let round = 0; round < 300; round += 1) {
    const item = decoded() as CborValue[];
    item[2] = random.pick([['broken'], ['kept', 'broken'], ['broken', 'also']]);
    const all = [...places(item[3]!)];
    for (let times = 0; times < random.below(3); times += 1) {
      const [[list, index], [other, place]] = [random.pick(all), random.pick(all)];
      list[index] = structuredClone(other[place]!);
    }
    expect(check(encodeCbor(item)).holds).toBe(false);
  }
});
