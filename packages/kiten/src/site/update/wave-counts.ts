import type { Member, MemberState, Tally } from '@kiten/update';
import type { MemberCount } from '../../store/update-member-counts.ts';

/** How many devices of a campaign are in which state, by wave and kind; kept as members change, and read at the start. */
export class WaveCounts {
  readonly #counts = new Map<number, Map<string, Map<MemberState, number>>>();

  static of(counts: readonly MemberCount[]): WaveCounts {
    const made = new WaveCounts();
    for (const { wave, kind, state, count } of counts) made.#add(wave, kind, state, count);
    return made;
  }

  /** A member has changed, or is new. */
  move(before: Member | undefined, after: Member): void {
    if (before !== undefined) this.#add(before.wave, before.kind, before.state, -1);
    this.#add(after.wave, after.kind, after.state, 1);
  }

  /** How many of a wave are in these states; of all waves unless one is named. */
  sum(states: readonly MemberState[], wave?: number): number {
    let sum = 0;
    for (const [number, kinds] of this.#counts)
      if (wave === undefined || wave === number)
        for (const byState of kinds.values()) for (const state of states) sum += byState.get(state) ?? 0;
    return sum;
  }

  /** @param unheard by kind: those that wait and have not asked since the wave opened */
  tally(
    wave: number,
    unheard: ReadonlyMap<string, number>,
  ): { tally: Tally; kinds: ReadonlyMap<string, Tally> } {
    const kinds = new Map<string, Tally>();
    for (const [kind, byState] of this.#counts.get(wave) ?? [])
      kinds.set(kind, tallyOf(byState, unheard.get(kind) ?? 0));
    const all = [...kinds.values()];
    const total = (name: keyof Tally) => all.reduce((sum, tally) => sum + tally[name], 0);
    const tally = {
      ...{ size: total('size'), proven: total('proven'), failed: total('failed') },
      ...{ underWay: total('underWay'), unheard: total('unheard') },
    };
    // What nobody has described is of no kind.
    kinds.delete('');
    return { tally, kinds };
  }

  #add(wave: number, kind: string, state: MemberState, count: number): void {
    const kinds = this.#counts.get(wave) ?? new Map<string, Map<MemberState, number>>();
    this.#counts.set(wave, kinds);
    const states = kinds.get(kind) ?? new Map<MemberState, number>();
    kinds.set(kind, states);
    states.set(state, (states.get(state) ?? 0) + count);
  }
}

function tallyOf(states: ReadonlyMap<MemberState, number>, unheard: number): Tally {
  const of = (...names: readonly MemberState[]) =>
    names.reduce((sum, name) => sum + (states.get(name) ?? 0), 0);
  const [proven, failed] = [of('proven'), of('failed')];
  const underWay = of('assigned', 'installed', 'confirmed');
  return { size: of('waiting') + underWay + proven + failed, proven, failed, underWay, unheard };
}
