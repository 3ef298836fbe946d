/** A seeded source of choices (the mulberry32 generator). */
export function randomOf(seed: number) {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return {
    below,
    chance: (share: number): boolean => next() < share,
    pick: <T>(all: readonly T[]): T => all[below(all.length)]!,
    some: <T>(all: readonly T[], share = 0.5): T[] => all.filter(() => next() < share),
  };
}
export type Random = ReturnType<typeof randomOf>;
