import type { Logic } from '../../../src/policy/check.ts';
import type { Literal } from '../../../src/policy/propagation.ts';
import type { evaluatorOf } from './evaluate.ts';

/** Which literals are true in a model: all atoms get the value that the evaluator says, and the gates follow. */
export function truthIn({ propagation, atomAt }: Logic, { holds }: ReturnType<typeof evaluatorOf>) {
  const truth = (literals: readonly Literal[]): boolean[] => {
    const direct = literals.map((literal) => {
      const atom = atomAt(literal);
      return Math.abs(literal) === 1 ? literal === 1 : atom && holds(atom) === literal > 0;
    });
    if (direct.every((value) => value !== undefined)) return direct;
    const known: Literal[] = [];
    for (let variable = propagation.variable() - 1; variable > 1; variable -= 1) {
      const atom = atomAt(variable);
      if (atom !== undefined) known.push(holds(atom) ? -variable : variable);
    }
    return literals.map((literal) => {
      const [isTrue, isFalse] = [
        propagation.implies([...known, literal]),
        propagation.implies([...known, -literal]),
      ];
      if (isTrue === isFalse) throw new Error(`The literal ${literal} does not follow from the atoms.`);
      return isTrue;
    });
  };
  return truth;
}
