import type { CompiledPolicy } from '../../compile/policy.ts';
import type { Scope } from '../../compile/scope.ts';
import { FALSE, type Literal, TRUE } from '../formula/formula.ts';
import { equal } from '../formula/say-equal.ts';
import { isIn } from '../formula/say-in.ts';
import type { Universe } from '../formula/universe.ts';
import type { Term } from '../terms/term.ts';
import { translateExpression } from './expression.ts';
import { truthOf } from './meaning.ts';

/**
 * When a policy is satisfied, in one environment.
 * @throws {TooComplex} if one of its conditions has too many cases.
 */
export function satisfied(universe: Universe, policy: CompiledPolicy): Literal {
  const scopes = inScopes(universe, policy);
  if (scopes === FALSE) return FALSE;
  const literals = policy.conditions.map(({ kind, body }) => {
    const { yes, no } = truthOf(universe, translateExpression(universe, body));
    return kind === 'when' ? yes : no;
  });
  return universe.formula.all([scopes, ...literals]);
}

/** When a request is in all three scopes of a policy, in one environment. */
export function inScopes(universe: Universe, { scope }: CompiledPolicy): Literal {
  const { formula, terms } = universe;
  const action = inScope(universe, terms.action, scope.action);
  if (action === FALSE) return FALSE;
  return formula.and(
    inScope(universe, terms.principal, scope.principal),
    action,
    inScope(universe, terms.resource, scope.resource),
  );
}

function inScope(universe: Universe, term: Term, scope: Scope): Literal {
  const { formula, terms } = universe;
  switch (scope.kind) {
    case 'any':
      return TRUE;
    case 'equal':
      return equal(universe, term, terms.entity(scope.entity));
    case 'in':
      return formula.any(scope.entities.map((entity) => isIn(universe, term, terms.entity(entity))));
    case 'is': {
      if (term.kind !== `@${scope.type}`) return FALSE;
      return scope.within === undefined ? TRUE : isIn(universe, term, terms.entity(scope.within));
    }
  }
}
