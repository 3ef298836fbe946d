import { type Subject, subjectKey } from './subject.ts';

/** An edge: `whole` is made of `part`, or `part` belongs to `whole` (a device to its model and its lot). */
export interface PartOf {
  readonly part: Subject;
  readonly whole: Subject;
}

/** Who depends on whom. Every answer is bounded by the edges given; cycles do no harm. */
export interface PartGraph {
  /** Keys of all subjects whose findings compose into a verdict on this one, itself included. */
  composedOf(subject: Subject): ReadonlySet<string>;
  /** Keys of all subjects into whose verdicts a finding on this one composes, itself included. */
  affectedBy(subject: Subject): ReadonlySet<string>;
}

/**
 * Indexes part-of edges, in time proportional to their number.
 *
 * A verdict looks *down* at everything a subject is made of, and *up* only at models and lots: a flaw of a
 * lot is a flaw of each device in it. It never looks down from a model or a lot, or one bad device would
 * condemn all its siblings, and never up at a bus or a network, which a device only uses.
 */
export function indexParts(edges: Iterable<PartOf>): PartGraph {
  const composes = new Map<string, string[]>();
  const affects = new Map<string, string[]>();
  for (const edge of edges) {
    const { on, from } = compositionOf(edge);
    const [to, source] = [subjectKey(on), subjectKey(from)];
    push(composes, to, source);
    push(affects, source, to);
  }
  return {
    composedOf: (subject) => reachable(subjectKey(subject), composes),
    affectedBy: (subject) => reachable(subjectKey(subject), affects),
  };
}

/** Which way an edge composes: findings on `from` count in verdicts on `on`. */
export function compositionOf({ part, whole }: PartOf): { readonly on: Subject; readonly from: Subject } {
  return isKindOfDevices(whole) ? { on: part, from: whole } : { on: whole, from: part };
}

function isKindOfDevices(subject: Subject): boolean {
  return subject.kind === 'model' || subject.kind === 'lot';
}

function push(lists: Map<string, string[]>, key: string, item: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

function reachable(start: string, next: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set([start]);
  // A set iterates over what is added while it iterates: this is the breadth-first queue.
  for (const key of found) for (const neighbour of next.get(key) ?? []) found.add(neighbour);
  return found;
}
