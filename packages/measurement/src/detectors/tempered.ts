/** Deviations from where on a value counts by its logarithm. */
const usual = 4;

/**
 * A deviation as it counts in a sum over all channels: a switch that is hardly ever thrown must not speak for all of them, but
 * what is farther must still count for more.
 */
export function tempered(deviation: number): number {
  const size = deviation < 0 ? -deviation : deviation;
  if (size <= usual) return deviation;
  const less = usual * (1 + Math.log(size / usual));
  return deviation < 0 ? -less : less;
}
