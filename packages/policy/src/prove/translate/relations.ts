import { readPattern } from '../../evaluate/operators-text.ts';
import type { Literal } from '../formula/formula.ts';
import { contains, containsAll, containsAny, equal, isEmpty } from '../formula/say-equal.ts';

import { like } from '../formula/say-texts.ts';
import type { Universe } from '../formula/universe.ts';
import { isEntityKind } from '../schema/type.ts';
import type { Term } from '../terms/term.ts';
import { both } from './logic.ts';
import { judge, truthOf } from './meaning.ts';
import { membership } from './membership.ts';
import type { Translate } from './translator.ts';

type Relation = (universe: Universe, left: Term, right: Term) => Literal | undefined;

function relation(apply: Relation): Translate {
  return ({ left, right }, { universe, translate }) =>
    judge(universe, [translate(left), translate(right)], (a, b) => apply(universe, a!, b!));
}

function ofSets(apply: (universe: Universe, left: Term, right: Term) => Literal): Relation {
  return (universe, left, right) =>
    left.kind === 'set' && right.kind === 'set' ? apply(universe, left, right) : undefined;
}

const unequal: Translate = (body, translator) => {
  const { yes, no } = truthOf(translator.universe, relation(equal)(body, translator));
  return { yes: no, no: yes };
};

const within: Translate = ({ left, right }, { universe, translate }) =>
  membership(universe, translate(left), translate(right));

const is: Translate = (body, { universe, translate }) => {
  const left = translate(body.left);
  const kind = `@${body.entity_type}`;
  const type = judge(universe, [left], (term) =>
    isEntityKind(term!.kind) ? (term!.kind === kind ? 1 : -1) : undefined,
  );
  if (body.in === undefined) return type;
  const group = membership(universe, left, translate(body.in));
  return both(universe.formula, truthOf(universe, type), truthOf(universe, group));
};

const isLike: Translate = ({ left, pattern }, { universe, translate }) =>
  judge(universe, [translate(left)], (text) =>
    text!.kind === 'String' ? like(universe, text!, readPattern(pattern)) : undefined,
  );

const empty: Translate = ({ arg }, { universe, translate }) =>
  judge(universe, [translate(arg)], (set) => (set!.kind === 'set' ? isEmpty(universe, set!) : undefined));

export const relations: Readonly<Record<string, Translate>> = {
  '==': relation(equal),
  '!=': unequal,
  in: within,
  is,
  like: isLike,
  contains: relation((universe, set, term) =>
    set.kind === 'set' ? contains(universe, set, term) : undefined,
  ),
  containsAll: relation(ofSets(containsAll)),
  containsAny: relation(ofSets(containsAny)),
  isEmpty: empty,
};
