import { FALSE, type Literal } from '../formula/formula.ts';
import { isEmpty } from '../formula/say-equal.ts';
import { isIn, isInAny } from '../formula/say-in.ts';
import type { Universe } from '../formula/universe.ts';
import { isEntityKind } from '../schema/type.ts';
import { elementType, type Term } from '../terms/term.ts';
import { combinations, type Meaning, type Truth } from './meaning.ts';

/** `in`, between an entity and an entity or a set. */
export function membership(universe: Universe, left: Meaning, right: Meaning): Meaning {
  const { formula } = universe;
  const [yes, no]: [Literal[], Literal[]] = [[], []];
  for (const { condition, terms } of combinations(universe, [left, right])) {
    const answer = ofTerms(universe, ...(terms as [Term, Term]));
    if (answer === undefined) continue;
    yes.push(formula.and(condition, answer.yes));
    no.push(formula.and(condition, answer.no));
  }
  return { yes: formula.any(yes), no: formula.any(no) };
}

/** undefined where it fails. */
function ofTerms(universe: Universe, entity: Term, group: Term): Truth | undefined {
  if (!isEntityKind(entity.kind)) return undefined;
  if (isEntityKind(group.kind)) return exact(isIn(universe, entity, group));
  if (group.kind !== 'set') return undefined;
  if (group.form === 'set' && !group.parts.every(({ kind }) => isEntityKind(kind))) return undefined;
  // Of a set of anything else each element makes it fail.
  if (group.form !== 'set' && elementType(group)?.kind !== 'entity')
    return { yes: FALSE, no: isEmpty(universe, group) };
  return exact(isInAny(universe, entity, group));
}

function exact(literal: Literal): Truth {
  return { yes: literal, no: -literal };
}
