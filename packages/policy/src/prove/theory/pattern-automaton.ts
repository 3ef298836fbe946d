const wildcard = null;
type Token = string | null;

interface State {
  /** The places in the pattern that the text so far may have reached, ascending. */
  readonly places: readonly number[];
  readonly accepts: boolean;
  /** Whether every text that goes on from here matches, or none. */
  readonly fate: 'any' | 'none' | 'open';
  /** The characters with a step of their own; by all others the state is left for `other`. */
  readonly steps: Map<string, number>;
  readonly next: ReadonlySet<string>;
  other: number;
}

/**
 * A pattern of `like` as a deterministic automaton over characters, built as far as it is walked. Of all wildcards that a
 * text may have reached only the last matters: what can go on from an earlier one can also from there. So there are
 * about as many states as the pattern has characters.
 */
export class PatternAutomaton {
  readonly id: number;
  /** The characters before the first wildcard. */
  readonly prefix: string;
  readonly isExact: boolean;
  readonly #tokens: readonly Token[];
  readonly #states: State[] = [];
  readonly #byPlaces = new Map<string, number>();

  constructor(id: number, parts: readonly string[]) {
    this.id = id;
    this.prefix = parts[0] ?? '';
    this.isExact = parts.length === 1;
    this.#tokens = parts.flatMap((part, index) => (index === 0 ? [...part] : [wildcard, ...part]));
    this.#stateOf([0]);
  }

  /** The state before the first character. */
  readonly start = 0;

  accepts(state: number): boolean {
    return this.#states[state]!.accepts;
  }

  /** `any`: whatever follows matches; `none`: nothing that follows does. */
  fate(state: number): 'any' | 'none' | 'open' {
    return this.#states[state]!.fate;
  }

  /** The characters that lead elsewhere than all others do. */
  interesting(state: number): Iterable<string> {
    return this.#states[state]!.next;
  }

  /** The state after a character; undefined stands for one that no pattern has. */
  step(from: number, character: string | undefined): number {
    const state = this.#states[from]!;
    if (character === undefined || !state.next.has(character)) {
      if (state.other < 0) state.other = this.#after(state, undefined);
      return state.other;
    }
    const known = state.steps.get(character);
    if (known !== undefined) return known;
    const next = this.#after(state, character);
    state.steps.set(character, next);
    return next;
  }

  #after({ places }: State, character: string | undefined): number {
    const reached: number[] = [];
    for (const place of places) {
      if (this.#tokens[place] === wildcard) reached.push(place);
      else if (place < this.#tokens.length && this.#tokens[place] === character) reached.push(place + 1);
    }
    return this.#stateOf(reached);
  }

  #stateOf(reached: readonly number[]): number {
    const places = this.#close(reached);
    const key = places.join();
    const known = this.#byPlaces.get(key);
    if (known !== undefined) return known;
    const end = this.#tokens.length;
    const accepts = places.at(-1) === end;
    const endsInWildcard = this.#tokens[end - 1] === wildcard && places.includes(end - 1);
    const fate = endsInWildcard ? 'any' : places.length === 0 ? 'none' : 'open';
    const next = new Set(
      places.map((place) => this.#tokens[place]).filter((token) => typeof token === 'string'),
    );
    this.#byPlaces.set(key, this.#states.length);
    return this.#states.push({ places, accepts, fate, steps: new Map(), next, other: -1 }) - 1;
  }

  /** A wildcard may stand for nothing; what lies before the last one reached is forgotten. */
  #close(reached: readonly number[]): readonly number[] {
    const places = new Set<number>();
    for (const first of reached) {
      let place = first;
      places.add(place);
      while (this.#tokens[place] === wildcard) places.add(++place);
    }
    const sorted = [...places].sort((left, right) => left - right);
    const last = sorted.findLastIndex((place) => this.#tokens[place] === wildcard);
    return last < 0 ? sorted : sorted.slice(last);
  }
}
