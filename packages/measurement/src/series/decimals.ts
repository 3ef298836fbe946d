/** More is the noise of floating-point arithmetic. */
export const mostDecimals = 9;

/** How many decimals it takes to write these readings: 9 at most. */
export function decimalsOf(values: Float64Array): number {
  let decimals = 0;
  for (const value of values) while (decimals < mostDecimals && !isWritten(value, decimals)) decimals++;
  return decimals;
}

export function rounded(values: Float64Array, decimals: number): Float64Array {
  const factor = 10 ** decimals;
  return values.map((value) => Math.round(value * factor) / factor);
}

function isWritten(value: number, decimals: number): boolean {
  if (!Number.isFinite(value)) return true;
  const scaled = value * 10 ** decimals;
  return Math.abs(scaled - Math.round(scaled)) <= 1e-9 * Math.max(1, Math.abs(scaled));
}
