import { readPattern } from '../../evaluate/operators-text.ts';
import type { Literal } from '../formula/formula.ts';
import { equal } from '../formula/say-equal.ts';
import { isIn, isInAny, understandsIn } from '../formula/say-in.ts';
import { contains, containsAll, containsAny, isEmpty } from '../formula/say-sets.ts';
import { like } from '../formula/say-texts.ts';
import type { Universe } from '../formula/universe.ts';
import { isEntityKind } from '../schema/type.ts';
import { elementType, type Term } from '../terms/term.ts';
import { calls } from './calls.ts';
import { both } from './logic.ts';
import { judge, type Meaning, truthOf } from './meaning.ts';
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

/** What `in` says of an entity and an entity or set; undefined where it fails, or where the prover can't tell. */
function membership(universe: Universe, entity: Term, group: Term): Literal | undefined {
  if (!isEntityKind(entity.kind)) return undefined;
  if (isEntityKind(group.kind)) return isIn(universe, entity, group);
  if (group.kind !== 'set') return undefined;
  if (group.form === 'set' && !group.parts.every(({ kind }) => isEntityKind(kind))) return undefined;
  return isInAny(universe, entity, group);
}

/** Whether an `in` is understood, or fails for certain. */
function isUnderstood(entity: Term, group: Term): boolean {
  if (!isEntityKind(entity.kind) || (group.kind !== 'set' && !isEntityKind(group.kind))) return true;
  if (!understandsIn(entity)) return false;
  return group.kind !== 'set' || group.form === 'set' || elementType(group)?.kind === 'entity';
}

const within: Translate = ({ left, right }, { universe, translate }) => isWithin(universe, translate(left), translate(right));

function isWithin(universe: Universe, left: Meaning, right: Meaning): Meaning {
  return calls(universe, 'in', [left, right], {
    isUnderstood: (entity, group) => isUnderstood(entity!, group!),
    judge: (entity, group) => membership(universe, entity!, group!),
  });
}

const is: Translate = (body, { universe, translate }) => {
  const left = translate(body.left);
  const kind = `@${body.entity_type}`;
  const type = judge(universe, [left], (term) =>
    isEntityKind(term!.kind) ? (term!.kind === kind ? 1 : -1) : undefined,
  );
  if (body.in === undefined) return type;
  const group = isWithin(universe, left, translate(body.in));
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
