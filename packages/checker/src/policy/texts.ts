import type { Effort } from './report.ts';

/** A pattern of `like`: its characters; a wildcard is null. */
type Tokens = readonly (string | null)[];
/** Where in a pattern one may be after a text. */
type Places = readonly number[];
const tokensOf = (parts: readonly string[]): Tokens =>
  parts.flatMap((part, at) => [...(at > 0 ? [null] : []), ...part]);
const accepts = (tokens: Tokens, places: Places): boolean => places.includes(tokens.length);

/** Where a text leads, from places where one may be: also behind the wildcards there. */
function passed(tokens: Tokens, places: Places): Places {
  const all = new Set(places);
  let last = 0;
  for (const place of all) {
    if (tokens[place] !== null) continue;
    last = Math.max(last, place);
    all.add(place + 1);
  }
  // What is before the last wildcard need not be remembered: if the rest can be found at all, then behind this one, too.
  return [...all].filter((place) => place >= last).sort((one, other) => one - other);
}

function step(tokens: Tokens, places: Places, character: string): Places {
  const next = places.flatMap((place) =>
    tokens[place] === null ? place : tokens[place] === character ? place + 1 : [],
  );
  return passed(tokens, next);
}

/** A pattern, and whether a text has to match it or must not. */
export type Wish = readonly [parts: readonly string[], isWanted: boolean];

/** Whether some text fulfils all wishes: a search through the product of the patterns as automata over characters. */
export function isPossible(wishes: readonly Wish[], effort: Effort): boolean {
  const all = wishes.map(([parts]) => tokensOf(parts));
  const open = [all.map((tokens) => passed(tokens, [0]))];
  const seen = new Set([open[0]!.join(';')]);
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const here = state;
    const unfulfilled = all.filter((tokens, at) => accepts(tokens, here[at]!) !== wishes[at]![1]);
    if (unfulfilled.length === 0) return true;
    // One stays so whatever follows: no text leads on, or any text does.
    const isSettled = (tokens: Tokens): boolean => {
      const places = here[all.indexOf(tokens)]!;
      return places.length === 0 || (accepts(tokens, places) && tokens.at(-1) === null);
    };
    if (unfulfilled.some(isSettled)) continue;
    const named = all.flatMap((tokens, at) => here[at]!.flatMap((place) => tokens[place] ?? []));
    // All characters that no pattern names there are one.
    for (const character of new Set([...named, ''])) {
      effort.spend(here.reduce((sum, places) => sum + 1 + places.length, 0));
      const next = all.map((tokens, at) => step(tokens, here[at]!, character));
      const key = next.join(';');
      if (!seen.has(key)) open.push(next);
      seen.add(key);
    }
  }
  return false;
}
