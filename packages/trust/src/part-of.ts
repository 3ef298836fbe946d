import type { Subject } from './subject.ts';

/** An edge: `part` is something that `whole` is made of, or that `whole` belongs to (its model, its lot). */
export interface PartOf {
  readonly part: Subject;
  readonly whole: Subject;
}
