/** Where a frequency comes out that is sampled too slowly: |f − k·rate| for the nearest k (Trippel et al., “WALNUT”, EuroS&P 2017, §III). */
export function aliasOf(frequency: number, rate: number): number {
  return Math.abs(frequency - Math.round(frequency / rate) * rate);
}

/** A line that was seen at some sampling rate. Hz. */
export interface SeenLine {
  readonly rate: number;
  readonly frequency: number;
}

export interface Band {
  readonly from: number;
  readonly to: number;
}

/** Where accelerometers and gyroscopes resonate: 1 kHz and more (WALNUT, table I), up to 40 kHz (Son et al., USENIX Security 2015, table 1). */
export const resonances: Band = { from: 1000, to: 40_000 };

/**
 * Which sounds in a band come out as a line at each of several rates, or at all but one where there are more than two: at one of them
 * something else may be stronger.
 *
 * @param tolerance Hz that a line's place is uncertain by
 */
export function soundsBehind(lines: readonly SeenLine[], tolerance: number, band = resonances): number[] {
  const needed = Math.min(lines.length, Math.max(2, lines.length - 1));
  const found = new Set<number>();
  for (const { rate, frequency: seen } of lines)
    for (let order = Math.floor(band.from / rate); order * rate <= band.to + rate; order++)
      for (const sign of [-1, 1]) {
        const sound = order * rate + sign * seen;
        if (sound < band.from || sound > band.to) continue;
        const fitting = lines.filter((line) => isBehind(sound, line, 2 * tolerance));
        const isKnown = [...found].some((other) => Math.abs(other - sound) <= 2 * tolerance);
        if (fitting.length >= needed && !isKnown) found.add(sound);
      }
  return [...found].sort((one, other) => one - other);
}

function isBehind(sound: number, { rate, frequency }: SeenLine, tolerance: number): boolean {
  return Math.abs(aliasOf(sound, rate) - frequency) <= tolerance;
}

export type LineOrigin = 'motion' | 'sound' | 'unclear';

/**
 * What is behind lines that were seen at different sampling rates: what moves keeps its frequency, what is aliased changes it with the
 * rate.
 */
export function originOfLines(
  lines: readonly SeenLine[],
  tolerance: number,
  band = resonances,
): { readonly origin: LineOrigin; readonly sounds: readonly number[] } {
  if (lines.length < 2) return { origin: 'unclear', sounds: [] };
  const same = lines.map(
    ({ frequency }) => lines.filter((other) => Math.abs(other.frequency - frequency) <= 2 * tolerance).length,
  );
  if (Math.max(...same) >= Math.max(2, lines.length - 1)) return { origin: 'motion', sounds: [] };
  const sounds = soundsBehind(lines, tolerance, band);
  return { origin: sounds.length > 0 ? 'sound' : 'unclear', sounds };
}
