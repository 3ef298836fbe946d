/** In what makes an alarm: what is left of what a slow detector was clear about. The rows to come have to show it anew. */
export const kept = 0.85;

/** Shortens a vector of means whose length, as a statistic, is more than that. */
export function shorten(means: Float64Array, length: number, most: number | undefined): void {
  if (most === undefined || length <= most) return;
  const factor = most / length;
  for (let channel = 0; channel < means.length; channel++)
    means[channel] = (means[channel] as number) * factor;
}
