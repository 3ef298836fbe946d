import fc from 'fast-check';
import {
  actionUids,
  attributes,
  constructorTexts,
  entityUids,
  longs,
  missingAttributes,
  texts,
  unknownUids,
} from './universe.ts';

/** Expressions in Cedar's JSON form. Mostly well-typed, so that evaluation gets deep; sometimes not, so that it fails. */
export type Json = unknown;
type Kind = keyof typeof attributes;
type Kinds = Record<Kind, Json> & { any: Json };

const value = (json: Json): Json => ({ Value: json });
const call = (name: string, ...args: Json[]): Json => ({ [name]: args });
const pick = <T>(options: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...options);
const long = fc.oneof({ weight: 3, arbitrary: pick(longs) }, { weight: 1, arbitrary: fc.bigInt(-20n, 20n) });
const uid = pick([...entityUids, ...unknownUids, ...actionUids]);
const allNames = [...Object.values(attributes).flat(), ...missingAttributes];
const typeNames = [...new Set([...entityUids, ...unknownUids, ...actionUids].map(({ type }) => type))];

const pattern = fc.array(
  fc.oneof(
    fc.constant('Wildcard'),
    pick(texts).map((text) => ({ Literal: text })),
  ),
  { maxLength: 5 },
);

/** A text and a pattern that was made from it by replacing parts with wildcards: so that `like` often holds. */
const matching = fc.array(fc.tuple(pick(texts), fc.boolean()), { maxLength: 6 }).map((parts) => ({
  text: parts.map(([text]) => text).join(''),
  pattern: parts.map(([text, wild]) => (wild ? 'Wildcard' : { Literal: text })),
}));

function constructed(name: keyof typeof constructorTexts, text: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  const literal = pick(constructorTexts[name]);
  return fc.oneof(
    { weight: 8, arbitrary: literal.map((argument) => call(name, value(argument))) },
    { weight: 2, arbitrary: literal.map((arg) => value({ __extn: { fn: name, arg } })) },
    { weight: 1, arbitrary: text.map((argument) => call(name, argument)) },
    { weight: 1, arbitrary: fc.constantFrom(call(name), call(name, value('1.0'), value('1.0'))) },
  );
}

/** All kinds of expression, nested at most `maxDepth` deep. */
export function arbitraryExpressions(maxDepth: number) {
  return fc.letrec<Kinds>((tie) => {
    const sometimesAny = (kind: Kind): fc.Arbitrary<Json> =>
      fc.oneof({ weight: 14, arbitrary: tie(kind) }, { weight: 1, arbitrary: tie('any') });
    const two = (left: Kind, right: Kind) => fc.tuple(sometimesAny(left), sometimesAny(right));
    const binary = (names: readonly string[], left: Kind, right: Kind) =>
      fc.tuple(pick(names), two(left, right)).map(([name, [l, r]]) => ({ [name]: { left: l, right: r } }));
    const method = (names: readonly string[], ...kinds: Kind[]) =>
      fc.tuple(pick(names), fc.tuple(...kinds.map(sometimesAny))).map(([name, args]) => call(name, ...args));
    const owner = fc.oneof(sometimesAny('entity'), sometimesAny('record'), fc.constant({ Var: 'context' }));
    const access = (kind: Kind) =>
      fc
        .tuple(
          owner,
          fc.oneof(
            { weight: 9, arbitrary: pick(attributes[kind]) },
            { weight: 1, arbitrary: pick(allNames) },
          ),
        )
        .map(([left, attr]) => ({ '.': { left, attr } }));
    const tag = (kind: Kind) =>
      fc
        .tuple(sometimesAny('entity'), fc.oneof(pick(attributes[kind]).map(value), sometimesAny('text')))
        .map(([left, right]) => ({ getTag: { left, right } }));
    const choice = (kind: Kind) =>
      fc
        .tuple(sometimesAny('boolean'), sometimesAny(kind), sometimesAny(kind))
        .map(([test, yes, no]) => ({ 'if-then-else': pairs({ if: test }, ['then', yes], ['else', no]) }));
    const kindOf = (kind: Kind, leaf: fc.Arbitrary<Json>, ...inner: fc.Arbitrary<Json>[]) =>
      fc.oneof(
        { maxDepth, depthIdentifier: 'expression', depthSize: 'small' },
        { weight: 3, arbitrary: leaf },
        { weight: 2, arbitrary: access(kind) },
        { weight: 1, arbitrary: tag(kind) },
        { weight: 1, arbitrary: choice(kind) },
        ...inner.map((arbitrary) => ({ weight: 2, arbitrary })),
      );
    const variable = fc.constantFrom('principal', 'action', 'resource').map((name): Json => ({ Var: name }));
    return {
      boolean: kindOf(
        'boolean',
        fc.boolean().map(value),
        binary(['&&', '||'], 'boolean', 'boolean'),
        binary(['&&', '||'], 'boolean', 'boolean'),
        sometimesAny('boolean').map((arg) => ({ '!': { arg } })),
        fc
          .tuple(pick(['==', '!=']), pick(Object.keys(attributes) as Kind[]))
          .chain(([name, kind]) => binary([name], kind, kind)),
        binary(['<', '<=', '>', '>='], 'long', 'long'),
        binary(['<', '<=', '>', '>='], 'datetime', 'datetime'),
        binary(['<', '<=', '>', '>='], 'duration', 'duration'),
        binary(['in'], 'entity', 'entity'),
        binary(['in'], 'entity', 'set'),
        binary(['contains'], 'set', 'text'),
        binary(['contains'], 'set', 'entity'),
        binary(['contains'], 'set', 'set'),
        binary(['containsAll', 'containsAny'], 'set', 'set'),
        sometimesAny('set').map((arg) => ({ isEmpty: { arg } })),
        fc.tuple(owner, pick(allNames)).map(([left, attr]) => ({ has: { left, attr } })),
        fc
          .tuple(owner, fc.array(pick(allNames), { minLength: 1, maxLength: 3 }))
          .map(([left, attr]) => ({ has: { left, attr } })),
        binary(['hasTag'], 'entity', 'text'),
        fc
          .tuple(sometimesAny('text'), pattern)
          .map(([left, elements]) => ({ like: { left, pattern: elements } })),
        matching.map(({ text, pattern: elements }) => ({ like: { left: value(text), pattern: elements } })),
        fc
          .tuple(sometimesAny('entity'), pick(typeNames))
          .map(([left, type]) => ({ is: { left, entity_type: type } })),
        fc
          .tuple(two('entity', 'entity'), pick(typeNames))
          .map(([[left, right], type]) => ({ is: { left, entity_type: type, in: right } })),
        method(['isIpv4', 'isIpv6', 'isLoopback', 'isMulticast'], 'ipaddr'),
        method(['isInRange'], 'ipaddr', 'ipaddr'),
        method(['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual'], 'decimal', 'decimal'),
      ),
      long: kindOf(
        'long',
        long.map(value),
        binary(['+', '-', '*'], 'long', 'long'),
        sometimesAny('long').map((arg) => ({ neg: { arg } })),
        method(['toMilliseconds', 'toSeconds', 'toMinutes', 'toHours', 'toDays'], 'duration'),
      ),
      text: kindOf('text', pick(texts).map(value)),
      entity: kindOf(
        'entity',
        fc.oneof(
          variable,
          uid.map((named) => value({ __entity: named })),
        ),
      ),
      set: kindOf(
        'set',
        fc.constant({ Set: [] }),
        fc.array(sometimesAny('entity'), { maxLength: 3 }).map((elements) => ({ Set: elements })),
        fc.array(sometimesAny('text'), { maxLength: 3 }).map((elements) => ({ Set: elements })),
        fc.array(sometimesAny('long'), { maxLength: 3 }).map((elements) => ({ Set: elements })),
        fc.array(sometimesAny('set'), { maxLength: 2 }).map((elements) => ({ Set: elements })),
        fc.array(tie('any'), { maxLength: 3 }).map((elements) => ({ Set: elements })),
      ),
      record: kindOf(
        'record',
        fc.constant({ Var: 'context' }),
        fc
          .tuple(sometimesAny('long'), sometimesAny('text'))
          .map(([count, name]) => ({ Record: { count, name } })),
        fc
          .array(fc.tuple(pick(allNames), tie('any')), { maxLength: 3 })
          .map((list) => ({ Record: Object.fromEntries(list) })),
      ),
      ipaddr: kindOf('ipaddr', constructed('ip', tie('text'))),
      decimal: kindOf('decimal', constructed('decimal', tie('text'))),
      datetime: kindOf(
        'datetime',
        constructed('datetime', tie('text')),
        method(['offset'], 'datetime', 'duration'),
        method(['toDate'], 'datetime'),
      ),
      duration: kindOf(
        'duration',
        constructed('duration', tie('text')),
        method(['durationSince'], 'datetime', 'datetime'),
        method(['toTime'], 'datetime'),
      ),
      any: fc.oneof(
        { maxDepth, depthIdentifier: 'expression' },
        long.map(value),
        ...(Object.keys(attributes) as Kind[]).map((kind) => tie(kind)),
      ),
    };
  });
}

/** An object from fields and pairs: a literal `then` would look like a promise to the linter. */
function pairs(
  fields: Record<string, Json>,
  ...more: readonly (readonly [string, Json])[]
): Record<string, Json> {
  return Object.fromEntries([...Object.entries(fields), ...more]);
}
