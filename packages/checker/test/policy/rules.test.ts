import { expect, test } from 'vitest';
import { checkText, encode, ProofBuilder } from './support/builder.ts';

/**
 * One proof for each rule: a policy permits something, the invariant forbids something else, and that the two do not
 * meet follows by the rule. `build` makes the steps; without them the invariant is not proven.
 */
interface Case {
  readonly permit: string;
  readonly region: string;
  readonly build: (proof: ProofBuilder) => void;
}

const cases: Readonly<Record<string, Case>> = {
  'texts: no text is like both': {
    permit: 'context.name like "a*"',
    region: 'context.name like "*b" && context.name like "?" ',
    build: ({ atom, path, step }) => {
      const name = path('context', 'name');
      step(1, [-atom('like', name, ['a', '']), -atom('like', name, ['?'])]);
    },
  },
  'numbers: inequalities add up': {
    permit: 'context.level < 3',
    region: 'context.level + context.inner.x > 10 && context.inner.x < 5',
    build: ({ atLeast, path, step }) => {
      const [level, x] = [path('context', 'level'), path('context', 'inner', 'x')];
      const [isSmall, isLarge, isLess] = [
        atLeast([[-1, level]], -2),
        atLeast(
          [
            [1, level],
            [1, x],
          ],
          11,
        ),
        atLeast([[-1, x]], -4),
      ];
      step(2, [-isSmall, -isLarge, -isLess], [1, 1, 1]);
    },
  },
  'numbers: what is rounded down is near': {
    permit: 'context.time.toDate() == datetime("2024-01-02")',
    region: 'context.time < datetime("2024-01-02")',
    build: ({ anyhow, atLeast, path, step, term }) => {
      const time = path('context', 'time');
      const day = term('floor', time, 86_400_000);
      const start = Date.parse('2024-01-02');
      const isLater = atLeast([[1, day]], start / 86_400_000);
      const isRounded = anyhow(
        day,
        [
          [1, time],
          [-86_400_000, day],
        ],
        0,
      );
      step(2, [-isLater, -atLeast([[-1, time]], 1 - start), -isRounded], [86_400_000, 1, 1]);
    },
  },
  'numbers: what is rounded toward zero is near': {
    permit: 'context.span.toSeconds() == -5',
    region: 'context.span > duration("-5s")',
    build: ({ anyhow, atLeast, path, step, sum, term }) => {
      const span = path('context', 'span');
      const opposite = sum('Long', 0, [[-1, span]]);
      const seconds = term('floor', opposite, 1000);
      const [isAtLeast, isShort] = [atLeast([[1, seconds]], 5), atLeast([[1, span]], -4999)];
      const isRounded = anyhow(
        seconds,
        [
          [-1, span],
          [-1000, seconds],
        ],
        0,
      );
      step(2, [-isAtLeast, -isShort, -isRounded], [1000, 1, 1]);
      // Had it been positive, it would have been rounded down.
      const [whole, isPositive] = [term('floor', span, 1000), atLeast([[1, span]], 0)];
      const isNear = anyhow(
        whole,
        [
          [-1, span],
          [1000, whole],
        ],
        -999,
      );
      step(2, [-isPositive, -atLeast([[-1, whole]], 5), -isNear], [1, 1000, 1]);
    },
  },
  'bounds: every number is one of 64 bits': {
    permit: 'context.span > duration("9223372036854775807ms")',
    region: 'true',
    build: ({ anyhow, path }) => {
      const span = path('context', 'span');
      anyhow(span, [[-1, span]], '-9223372036854775807');
    },
  },
  'presence: what has an attribute or a tag is in the store': {
    permit: 'principal has nick || principal.hasTag("t")',
    region: '!(principal has level)',
    build: ({ atom, step, term }) => {
      const own = term('principal');
      const isKnown = atom('known', own);
      for (const had of [term('has', own, 'nick'), term('hasTag', own, term('string', 't'))])
        step(16, [-had - 1, isKnown], had);
    },
  },
  'replace: the same holds of equals': {
    permit: 'principal has nick && resource in context.home && principal.home == context.home',
    region: '!(resource in principal.home)',
    build: ({ atom, path, step, term }) => {
      const [own, other, resource] = [path('principal', 'home'), path('context', 'home'), term('resource')];
      step(
        3,
        [-atom('equal', own, other), -atom('in', resource, other), atom('in', resource, own)],
        other,
        own,
      );
    },
  },
  'above: in is transitive': {
    permit: 'principal in context.home && context.home in Group::"g"',
    region: '!(principal in Group::"g")',
    build: ({ atom, path, step, term }) => {
      const [own, home, g] = [term('principal'), path('context', 'home'), term('entity', 'Group', 'g')];
      step(4, [-atom('in', own, home), -atom('in', home, g), atom('in', own, g)], own, home, g);
    },
  },
  'stranger: what is not in the store is in nothing else': {
    permit: 'principal in Group::"g"',
    region: '!(principal has level)',
    build: ({ atom, step, term }) => {
      const [own, g] = [term('principal'), term('entity', 'Group', 'g')];
      step(5, [-atom('in', own, g), atom('equal', own, g), atom('known', own)], own, g);
    },
  },
  'cycle: nothing is in itself by a detour': {
    permit: 'context.home in Group::"g" && Group::"g" in context.home',
    region: 'context.home != Group::"g"',
    build: ({ atom, path, step, term }) => {
      const [home, g] = [path('context', 'home'), term('entity', 'Group', 'g')];
      step(6, [-atom('in', home, g), -atom('in', g, home), atom('equal', home, g)], home, g);
    },
  },
  'enumerated: there are no others': {
    permit: 'context.color != N::Color::"red"',
    region: 'context.color != N::Color::"green"',
    build: ({ atom, path, step, term }) => {
      const color = path('context', 'color');
      const [red, green] = [term('entity', 'N::Color', 'red'), term('entity', 'N::Color', 'green')];
      step(7, [atom('equal', color, red), atom('equal', color, green)], color);
    },
  },
  'subset: what is in a part is in the whole': {
    permit: 'context.texts.containsAll(resource.getTag("t")) && resource.getTag("t").contains("x")',
    region: '!context.texts.contains("x")',
    build: ({ atom, path, step, term }) => {
      const [all, part, x] = [
        path('context', 'texts'),
        term('tag', term('resource'), term('string', 't')),
        term('string', 'x'),
      ];
      step(
        8,
        [-atom('containsAll', all, part), -atom('contains', part, x), atom('contains', all, x)],
        all,
        part,
        x,
      );
    },
  },
  'superset and empty: what is no part has something else': {
    permit: '!context.texts.containsAll(resource.getTag("t"))',
    region: 'resource.getTag("t").isEmpty()',
    build: ({ atom, path, step, term }) => {
      const none = term('set', []);
      const [all, part] = [path('context', 'texts'), term('tag', term('resource'), term('string', 't'))];
      const outside = term('outside', part, all);
      step(9, [atom('containsAll', all, part), atom('contains', part, outside)], all, part);
      step(8, [-atom('containsAll', none, part), -atom('contains', part, outside)], none, part, outside);
    },
  },
  'overlap: what is in both is in common': {
    permit: 'context.texts.contains("x") && resource.getTag("t").contains("x")',
    region: '!context.texts.containsAny(resource.getTag("t"))',
    build: ({ atom, path, step, term }) => {
      const [one, other, x] = [
        path('context', 'texts'),
        term('tag', term('resource'), term('string', 't')),
        term('string', 'x'),
      ];
      step(
        10,
        [-atom('contains', one, x), -atom('contains', other, x), atom('containsAny', one, other)],
        one,
        other,
        x,
      );
    },
  },
  'overlapping: where there is something in common there is something': {
    permit: 'context.texts.containsAny(resource.getTag("t"))',
    region: 'context.texts.isEmpty()',
    build: ({ atom, path, step, term }) => {
      const none = term('set', []);
      const [one, other] = [path('context', 'texts'), term('tag', term('resource'), term('string', 't'))];
      const common = term('common', one, other);
      step(11, [-atom('containsAny', one, other), atom('contains', one, common)], one, other);
      step(8, [-atom('containsAll', none, one), -atom('contains', one, common)], none, one, common);
    },
  },
  'inhabited and subset: what is not empty has an element': {
    permit: 'context.texts.containsAll(resource.getTag("t")) && context.texts.isEmpty()',
    region: '!resource.getTag("t").isEmpty()',
    build: ({ atom, path, step, term }) => {
      const none = term('set', []);
      const [all, part] = [path('context', 'texts'), term('tag', term('resource'), term('string', 't'))];
      const element = term('outside', part, none);
      step(9, [atom('containsAll', none, part), atom('contains', part, element)], none, part);
      step(
        8,
        [-atom('containsAll', all, part), -atom('contains', part, element), atom('contains', all, element)],
        all,
        part,
        element,
      );
      step(8, [-atom('containsAll', none, all), -atom('contains', all, element)], none, all, element);
    },
  },
  'group: in one of a set is in the set': {
    permit: 'principal in context.home && context.groups.contains(context.home)',
    region: '!(principal in context.groups)',
    build: ({ atom, path, step, term }) => {
      const [own, groups, home] = [term('principal'), path('context', 'groups'), path('context', 'home')];
      step(
        12,
        [-atom('in', own, home), -atom('contains', groups, home), atom('inAny', own, groups)],
        own,
        groups,
        home,
      );
    },
  },
  'grouped: in a set is in one of it': {
    permit: 'principal in context.groups',
    region: 'context.groups.isEmpty()',
    build: ({ atom, path, step, term }) => {
      const none = term('set', []);
      const [own, groups] = [term('principal'), path('context', 'groups')];
      const above = term('above', own, groups);
      step(13, [-atom('inAny', own, groups), atom('contains', groups, above)], own, groups);
      step(8, [-atom('containsAll', none, groups), -atom('contains', groups, above)], none, groups, above);
    },
  },
  'ranges: one within another, two apart, one of one address, and all': {
    permit:
      'context.address.isInRange(ip("10.1.0.0/16")) || context.address.isInRange(ip("11.0.0.1")) || (!context.address.isIpv4() && !context.address.isIpv6())',
    region: '!context.address.isInRange(ip("10.0.0.0/8")) && context.address != ip("11.0.0.1/32")',
    build: ({ atom, path, step, term }) => {
      const address = path('context', 'address');
      const [v4, v6] = [term('ip', 4, 0, 0), term('ip', 6, 0, 0)];
      const [wide, narrow] = [term('ip', 4, 10 << 24, 8), term('ip', 4, 0x0a_01_00_00, 16)];
      const one = term('ip', 4, (11 << 24) + 1, 32);
      const within = (range: number) => atom('inRange', address, range);
      step(14, [-within(narrow), within(wide)], address, narrow, wide);
      step(14, [-within(one), atom('equal', address, one)], address, one, one);
      step(14, [within(v4), within(v6)], address, v4, v6);
      step(14, [-within(narrow), -within(v6)], address, narrow, v6);
    },
  },
  'implied: what follows from both of two': {
    permit:
      '(context.flag || context.level > 3) && (context.flag || context.level <= 3) && (!context.flag || context.level > 3) && (!context.flag || context.level <= 3)',
    region: 'true',
    build: ({ atom, path, step }) => step(0, [-atom('broken', 'i'), path('context', 'flag') + 1]),
  },
};

/** Both actions that apply to users. */
const proofOf = ({ build }: Case) =>
  ['view', 'edit'].map((action) => {
    const proof = new ProofBuilder('User', 'Action', action, 'Doc');
    build(proof);
    return proof.cbor;
  });
const policiesOf = ({ permit }: Case) =>
  `@id("p") permit (principal is User, action, resource) when { ${permit} };`;
const invariantOf = ({ region }: Case) =>
  `@id("i") forbid (principal is User, action, resource) when { ${region} };`;

test.each(Object.entries(cases))('%s', (_, one) => {
  const report = checkText(encode(['i'], proofOf(one)), policiesOf(one), invariantOf(one));
  expect(report).toEqual({ holds: true, proven: ['i'], unproven: [], environments: 4 });
});

test.each(Object.entries(cases))('without its steps nothing proves it: %s', (_, one) => {
  const report = checkText(encode(['i'], []), policiesOf(one), invariantOf(one));
  expect(report).toMatchObject({ holds: false, reason: 'invariant-not-proven', invariant: 'i' });
});
