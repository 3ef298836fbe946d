import { type Effort, once } from './report.ts';

/** A pattern of `like` as an automaton. A place is how much of it a text matches so far; −1 if none that goes on can. */
const automatonOf = once((parts: readonly string[]) => {
  // A wildcard is null.
  const tokens = parts.flatMap((part, at) => [...(at > 0 ? [null] : []), ...part]);
  /** Where a text is, too, that is at a place: the furthest place before, of which the wildcard is the last. */
  const behind = [-1];
  const passed = (place: number): number => {
    let at = place;
    while (tokens[at] === null) at += 1;
    return at;
  };
  const step = (place: number, character: string): number => {
    let at = place;
    while (at >= 0 && tokens[at] !== null && tokens[at] !== character) at = behind[at]!;
    return at < 0 ? at : passed(at + 1);
  };
  for (const [at, token] of tokens.entries()) behind.push(token === null ? at : step(behind[at]!, token));
  /** The characters that lead elsewhere than all others do. */
  const named = (place: number): string[] => {
    const all: string[] = [];
    for (let at = place; at >= 0 && tokens[at] !== null; at = behind[at]!) all.push(tokens[at] ?? '');
    return all;
  };
  const accepts = (place: number): boolean => place === tokens.length;
  /** Whether it stays so whatever follows. */
  const isSettled = (place: number): boolean => place < 0 || (accepts(place) && tokens.at(-1) === null);
  return { start: passed(0), step, named, accepts, isSettled };
});

/** A pattern, and whether a text has to match it or must not. */
export type Wish = readonly [parts: readonly string[], isWanted: boolean];

/** Whether some text fulfils all wishes: a search through the product of the patterns as automata over characters. */
export function isPossible(wishes: readonly Wish[], effort: Effort): boolean {
  const all = wishes.map(([parts]) => automatonOf(parts));
  const open = [all.map(({ start }) => start)];
  const seen = new Set([open.join()]);
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const here = state;
    const unfulfilled = all.filter((one, at) => one.accepts(here[at]!) !== wishes[at]![1]);
    if (unfulfilled.length === 0) return true;
    if (unfulfilled.some((one) => one.isSettled(here[all.indexOf(one)]!))) continue;
    // All characters that no pattern names there are one.
    const named = ['', ...all.flatMap((one, at) => one.named(here[at]!))];
    for (const character of new Set(named)) {
      effort.spend(all.length + named.length);
      const next = all.map((one, at) => one.step(here[at]!, character));
      const key = next.join();
      if (!seen.has(key)) open.push(next);
      seen.add(key);
    }
  }
  return false;
}
