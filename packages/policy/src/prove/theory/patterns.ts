import { PatternAutomaton } from './pattern-automaton.ts';

/** A text that matches all of some patterns and none of others; `none` if there is none. */
export type TextSearch = { readonly text: string } | 'none' | 'too-many';

/** As many combinations of states are looked at: what a certificate allows. */
const mostStates = 65_536;

interface Node {
  readonly states: readonly number[];
  readonly before: Node | undefined;
  /** undefined: any character that no pattern has. */
  readonly character: string | undefined;
}

/** The patterns of `like` in use, their automata, and what is known about pairs of them. */
export class Patterns {
  readonly #automata = new Map<string, PatternAutomaton>();
  readonly #disjoint = new Map<number, boolean>();

  automaton(parts: readonly string[]): PatternAutomaton {
    const key = parts.length === 1 ? `=${parts[0]}` : JSON.stringify(parts);
    let automaton = this.#automata.get(key);
    if (automaton === undefined) {
      automaton = new PatternAutomaton(this.#automata.size, parts);
      this.#automata.set(key, automaton);
    }
    return automaton;
  }

  /** Whether no text matches both patterns. */
  areDisjoint(left: readonly string[], right: readonly string[]): boolean {
    const [first, second] = [this.automaton(left), this.automaton(right)];
    const shorter = Math.min(first.prefix.length, second.prefix.length);
    for (let index = 0; index < shorter; index++)
      if (first.prefix.charCodeAt(index) !== second.prefix.charCodeAt(index)) return true;
    const key = first.id < second.id ? first.id * 2 ** 26 + second.id : second.id * 2 ** 26 + first.id;
    let disjoint = this.#disjoint.get(key);
    if (disjoint === undefined) {
      disjoint = this.find([left, right], []) === 'none';
      this.#disjoint.set(key, disjoint);
    }
    return disjoint;
  }

  /** A shortest text that matches each of `all` and none of `no`, of letters and digits where the patterns leave it open. */
  find(all: readonly (readonly string[])[], no: readonly (readonly string[])[]): TextSearch {
    const automata = [...all, ...no].map((parts) => this.automaton(parts));
    const wanted = all.length;
    const start: Node = {
      states: automata.map(({ start }) => start),
      before: undefined,
      character: undefined,
    };
    if (!isPossible(automata, start.states, wanted)) return 'none';
    const seen = new Set([start.states.join()]);
    const queue = [start];
    for (let head = 0; head < queue.length; head++) {
      const node = queue[head]!;
      if (isMatch(automata, node.states, wanted))
        return { text: textOf(node, otherCharacter([...all, ...no])) };
      for (const character of characters(automata, node.states)) {
        const states = automata.map((automaton, index) => automaton.step(node.states[index]!, character));
        if (!isPossible(automata, states, wanted)) continue;
        const key = states.join();
        if (seen.has(key)) continue;
        if (seen.size >= mostStates) return 'too-many';
        seen.add(key);
        queue.push({ states, before: node, character });
      }
    }
    return 'none';
  }
}

function isMatch(automata: readonly PatternAutomaton[], states: readonly number[], wanted: number): boolean {
  return automata.every((automaton, index) => automaton.accepts(states[index]!) === index < wanted);
}

/** Whether a text that goes on from here can still match all that it must, and nothing that it must not. */
function isPossible(
  automata: readonly PatternAutomaton[],
  states: readonly number[],
  wanted: number,
): boolean {
  return automata.every(
    (automaton, index) => automaton.fate(states[index]!) !== (index < wanted ? 'none' : 'any'),
  );
}

function characters(
  automata: readonly PatternAutomaton[],
  states: readonly number[],
): Iterable<string | undefined> {
  const all = new Set<string | undefined>();
  for (const [index, automaton] of automata.entries())
    for (const character of automaton.interesting(states[index]!)) all.add(character);
  return all.add(undefined);
}

const plain = 'xyzabcdefghijklmnopqrstuvw0123456789XYZABCDEFGHIJKLMNOPQRSTUVW';

/** A character that no pattern has, to stand where any may. */
function otherCharacter(patterns: readonly (readonly string[])[]): string {
  const used = new Set(patterns.flatMap((parts) => parts.flatMap((part) => [...part])));
  const found = [...plain].find((character) => !used.has(character));
  if (found !== undefined) return found;
  let point = 0x4e00;
  while (used.has(String.fromCodePoint(point))) point++;
  return String.fromCodePoint(point);
}

function textOf(end: Node, other: string): string {
  const characters: string[] = [];
  for (let node = end; node.before !== undefined; node = node.before)
    characters.push(node.character ?? other);
  return characters.reverse().join('');
}
