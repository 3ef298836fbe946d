/** Numbers as by chance between 0 and 1, the same ones each time (xorshift32; Marsaglia, Journal of Statistical Software 8(14), 2003). */
export function chance(seed: number): () => number {
  // Neighbouring seeds must not begin alike, and 0 would stay 0.
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ 0x5bd1e995) | 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 16; round++) next();
  return next;
}

/** Values of the normal distribution of mean 0 and variance 1 (Box & Muller, Annals of Mathematical Statistics 29, 1958). */
export function gaussian(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
