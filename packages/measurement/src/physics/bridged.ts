import { KitenError } from '@kiten/codec';

/** Of samples that may be missing: more cannot be told from what is there. */
const mostMissing = 0.1;

/**
 * Evenly sampled values with straight lines where some are missing (NaN): a sample that is left out hides nothing of the others.
 *
 * @throws KitenError `measurement/samples-missing` if there are more than a tenth
 */
export function bridged(samples: Float64Array): Float64Array {
  const missing = samples.reduce((count, each) => count + Number(Number.isNaN(each)), 0);
  if (missing === 0) return samples;
  if (missing > mostMissing * samples.length)
    throw new KitenError(
      'measurement/samples-missing',
      `${missing} of ${samples.length} samples are missing: too many to judge the others.`,
      { detail: { missing, samples: samples.length } },
    );
  const whole = samples.slice();
  for (let from = 0; from < whole.length; from++) {
    if (!Number.isNaN(whole[from])) continue;
    let to = from;
    while (to < whole.length && Number.isNaN(whole[to])) to++;
    const before = from === 0 ? (whole[to] as number) : (whole[from - 1] as number);
    const behind = to === whole.length ? before : (whole[to] as number);
    for (let at = from; at < to; at++)
      whole[at] = before + ((behind - before) * (at - from + 1)) / (to - from + 1);
    from = to;
  }
  return whole;
}
