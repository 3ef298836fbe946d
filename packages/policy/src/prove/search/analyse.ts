import type { Literal } from '../formula/formula.ts';
import type { Assignment } from './assignment.ts';
import type { Clause, LearnedOrigin } from './clause.ts';

/** A clause learned from a conflict; its first literal is the one that becomes true after going back to `level`. */
export interface Learned {
  readonly literals: Literal[];
  readonly origin: LearnedOrigin;
  readonly level: number;
}

/**
 * Resolves a conflict backwards to a clause over variables that have a name, of which one belongs to the latest choice.
 * (The first unique implication point of CDCL, but passing over gates without a name: a certificate can't speak of them.)
 */
export function analyse(
  assignment: Assignment,
  conflict: Clause,
  isNameable: (variable: number) => boolean,
): Learned {
  const { trail } = assignment;
  const seen = new Set<number>();
  const from: Clause[] = [];
  const settled = new Set<number>();
  let current = 0;

  const follow = (clause: Clause, except: number) => {
    from.push(clause);
    for (const literal of clause.literals) {
      const variable = Math.abs(literal);
      if (variable === except || seen.has(variable)) continue;
      const level = assignment.levelOf(variable);
      if (level === 0) {
        settled.add(variable);
        continue;
      }
      seen.add(variable);
      if (level === assignment.level) current++;
    }
  };

  follow(conflict, 0);
  let asserting: Literal = 0;
  const kept: Literal[] = [];
  let left = seen.size;
  for (let index = trail.length - 1; left > 0; index--) {
    const literal = trail[index]!;
    const variable = Math.abs(literal);
    if (!seen.has(variable)) continue;
    const isCurrent = assignment.levelOf(variable) === assignment.level;
    const isLast = isCurrent && current === 1;
    if ((isLast || !isCurrent) && isNameable(variable)) {
      if (isLast) asserting = -literal;
      else kept.push(-literal);
      left--;
      continue;
    }
    const before = seen.size;
    follow(assignment.reasonOf(variable)!, variable);
    left += seen.size - before - 1;
    if (isCurrent) current--;
  }
  const literals = [asserting, ...kept];
  // The other literal to watch is one of the level gone back to.
  const level = kept.reduce(
    (deepest, literal) => Math.max(deepest, assignment.levelOf(Math.abs(literal))),
    0,
  );
  const second = literals.findIndex(
    (literal, index) => index > 0 && assignment.levelOf(Math.abs(literal)) === level,
  );
  if (second > 1) [literals[1], literals[second]] = [literals[second]!, literals[1]!];
  const origin = { kind: 'learned', clause: [...literals], from, settled: [...settled] } as const;
  return { literals, origin, level };
}
