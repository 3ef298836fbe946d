import type { Literal } from '../formula/formula.ts';
import { fails, truth } from '../formula/say-truth.ts';
import type { Universe } from '../formula/universe.ts';
import type { Term } from '../terms/term.ts';
import { combinations, type Meaning } from './meaning.ts';

interface Partly {
  readonly isUnderstood: (...terms: Term[]) => boolean;
  readonly judge: (...terms: Term[]) => Literal | undefined;
}

/** A Bool operator that is understood for some operands; for others it may be true, false or fail, but the same for the same operands. */
export function calls(
  universe: Universe,
  operator: string,
  operands: readonly Meaning[],
  { isUnderstood, judge }: Partly,
): Meaning {
  const { formula, terms: table } = universe;
  const [yes, no]: [Literal[], Literal[]] = [[], []];
  for (const { condition, terms } of combinations(universe, operands)) {
    const understood = isUnderstood(...terms);
    const literal = understood ? judge(...terms) : truth(universe, table.call(operator, terms));
    if (literal === undefined) continue;
    const guard = understood ? condition : formula.and(condition, -fails(universe, operator, terms));
    yes.push(formula.and(guard, literal));
    no.push(formula.and(guard, -literal));
  }
  return { yes: formula.any(yes), no: formula.any(no) };
}
