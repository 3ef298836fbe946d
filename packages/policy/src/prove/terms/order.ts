import type { Term } from './term.ts';

/**
 * A total order of terms that goes on within terms: replacing a part by a lesser one makes the whole less, so replacing
 * ends. (Knuth and Bendix, all weights 1; constants come first.) Negative if the left is less.
 */
export function compareTerms(left: Term, right: Term): number {
  if (left === right) return 0;
  if (left.size !== right.size) return left.size - right.size;
  if (left.constant !== right.constant) return left.constant ? -1 : 1;
  if (left.form !== right.form) return left.form < right.form ? -1 : 1;
  if (left.text !== right.text) return left.text < right.text ? -1 : 1;
  if (left.kind !== right.kind) return left.kind < right.kind ? -1 : 1;
  if (left.number !== right.number) return left.number < right.number ? -1 : 1;
  if (left.parts.length !== right.parts.length) return left.parts.length - right.parts.length;
  for (const [index, part] of left.parts.entries()) {
    const order = compareTerms(part, right.parts[index]!);
    if (order !== 0) return order;
  }
  // The same but for names or coefficients.
  return left.id - right.id;
}
