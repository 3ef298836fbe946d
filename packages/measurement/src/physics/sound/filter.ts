/** A filter of second order, that forgets nothing but what its band leaves out (Bristow-Johnson, “Cookbook formulae for audio EQ”). */
export type Filter = (sample: number) => number;

function section(zeros: readonly [number, number, number], poles: readonly [number, number, number]): Filter {
  const [b0, b1, b2] = zeros.map((each) => each / poles[0]) as [number, number, number];
  const [, a1, a2] = poles.map((each) => each / poles[0]) as [number, number, number];
  let [one, two] = [0, 0];
  return (sample) => {
    const out = b0 * sample + one;
    one = b1 * sample - a1 * out + two;
    two = b2 * sample - a2 * out;
    return out;
  };
}

function terms(frequency: number, rate: number): { readonly cosine: number; readonly alpha: number } {
  const angle = (2 * Math.PI * frequency) / rate;
  return { cosine: Math.cos(angle), alpha: Math.sin(angle) * Math.SQRT1_2 };
}

/** Lets through what is slower than a frequency, in Hz (Butterworth, second order). */
export function lowPass(frequency: number, rate: number): Filter {
  const { cosine, alpha } = terms(frequency, rate);
  return section([(1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2], [1 + alpha, -2 * cosine, 1 - alpha]);
}

/** Lets through what is faster. */
export function highPass(frequency: number, rate: number): Filter {
  const { cosine, alpha } = terms(frequency, rate);
  return section([(1 + cosine) / 2, -(1 + cosine), (1 + cosine) / 2], [1 + alpha, -2 * cosine, 1 - alpha]);
}

export function through(samples: Float64Array, ...filters: readonly Filter[]): Float64Array {
  return samples.map((sample) => filters.reduce((value, filter) => filter(value), sample));
}
