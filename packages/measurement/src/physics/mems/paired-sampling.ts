/** Two samples, half a period of the resonance apart. */
export interface PairedReading {
  /** Their mean: what moves is in both, what resonates is in them with opposite signs. */
  readonly value: number;
  /** Half of their difference: how strong a sound is at this moment. */
  readonly sound: number;
}

/** How far apart two samples have to be, in seconds, for a resonance to cancel (WALNUT, §VI: 180° out-of-phase sampling). */
export function pairSpacing(resonance: number): number {
  return 1 / (2 * resonance);
}

export function pairedReading(first: number, second: number): PairedReading {
  return { value: (first + second) / 2, sound: (first - second) / 2 };
}

/** Which share of a sound's amplitude remains in the mean of a pair that was made for a resonance. Both in Hz. */
export function remainingInPair(sound: number, resonance: number): number {
  return Math.abs(Math.cos((Math.PI * sound) / (2 * resonance)));
}

/**
 * How many times the noise is exceeded by the differences of pairs, as root mean squares: about 1 without a sound.
 *
 * @param noise the standard deviation of one sample
 */
export function soundInPairs(pairs: readonly PairedReading[], noise: number): number {
  const square = pairs.reduce((sum, { sound }) => sum + sound * sound, 0) / Math.max(1, pairs.length);
  return Math.sqrt(2 * square) / noise;
}
