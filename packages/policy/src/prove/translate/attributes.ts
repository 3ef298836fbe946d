import { TRUE } from '../formula/formula.ts';
import { has, hasTag } from '../formula/say-presence.ts';
import type { Universe } from '../formula/universe.ts';
import { isEntityKind } from '../schema/type.ts';
import type { Term } from '../terms/term.ts';
import { both } from './logic.ts';
import { compute, judge, type Meaning, truthOf } from './meaning.ts';
import type { Translate } from './translator.ts';

function hasAttributes({ kind }: Term): boolean {
  return kind === 'record' || isEntityKind(kind);
}

function attribute(universe: Universe, of: Meaning, name: string): Meaning {
  return compute(universe, [of], (term) => {
    if (!hasAttributes(term!)) return undefined;
    const condition = has(universe, term!, name);
    return condition === -TRUE ? undefined : { condition, term: universe.terms.attribute(term!, name) };
  });
}

function presence(universe: Universe, of: Meaning, name: string): Meaning {
  return judge(universe, [of], (term) => (hasAttributes(term!) ? has(universe, term!, name) : undefined));
}

const getAttribute: Translate = ({ left, attr }, { universe, translate }) =>
  attribute(universe, translate(left), attr);

const hasAttribute: Translate = ({ left, attr }, { universe, translate }) => {
  const [first, ...path]: readonly string[] = typeof attr === 'string' ? [attr] : attr;
  let [of, name] = [translate(left), first!];
  let all = truthOf(universe, presence(universe, of, name));
  for (const next of path) {
    of = attribute(universe, of, name);
    name = next;
    all = both(universe.formula, all, truthOf(universe, presence(universe, of, name)));
  }
  return all;
};

function areEntityAndText(entity: Term, key: Term): boolean {
  return isEntityKind(entity.kind) && key.kind === 'String';
}

const getTag: Translate = ({ left, right }, { universe, translate }) =>
  compute(universe, [translate(left), translate(right)], (entity, key) => {
    if (!areEntityAndText(entity!, key!)) return undefined;
    const condition = hasTag(universe, entity!, key!);
    return condition === -TRUE ? undefined : { condition, term: universe.terms.tag(entity!, key!) };
  });

const tagPresence: Translate = ({ left, right }, { universe, translate }) =>
  judge(universe, [translate(left), translate(right)], (entity, key) =>
    areEntityAndText(entity!, key!) ? hasTag(universe, entity!, key!) : undefined,
  );

export const attributes: Readonly<Record<string, Translate>> = {
  '.': getAttribute,
  has: hasAttribute,
  getTag,
  hasTag: tagPresence,
};
