/**
 * Watermarked set-points (physical watermarking: Mo, Weerakkody & Sinopoli, IEEE Control Systems 35(1), 2015). A small signal that only the
 * controller knows is added to a set-point; what really measures the plant shows its answer, a recording or a model of the attacker's does
 * not.
 *
 * @param amplitude of the signal, either way, in the set-point's unit
 * @param random between 0 and 1, from a keyed generator: who can foresee it can forge the answer
 * @param hold samples that each step lasts, at least as many as the plant needs to follow
 */
export function watermark(samples: number, amplitude: number, random: () => number, hold = 1): Float64Array {
  let value = 0;
  return Float64Array.from({ length: samples }, (_, at) => {
    if (at % hold === 0) value = random() < 0.5 ? -amplitude : amplitude;
    return value;
  });
}

/** How a sensor answers the watermark, learned while nothing is wrong. */
export interface WatermarkAnswer {
  /** Samples from the signal to what is compared, as many as there are weights. */
  readonly weights: Float64Array;
  /** How strong the answer is in what is left of the readings when their slow part is taken away: their correlation. */
  readonly correlation: number;
}

/** Samples that the slow part is averaged over. */
const slow = 32;

/**
 * Learns by correlation at each delay how the readings answer: the signal is random, so that nothing else goes with it.
 *
 * @param reach samples within which the answer comes
 */
export function learnWatermarkAnswer(
  signal: Float64Array,
  readings: Float64Array,
  reach: number,
): WatermarkAnswer {
  const quick = quickPart(readings);
  const power = signal.reduce((sum, each) => sum + each * each, 0) / Math.max(1, signal.length);
  const weights = Float64Array.from({ length: reach }, (_, delay) => {
    let sum = 0;
    for (let at = delay; at < quick.length; at++)
      sum += (signal[at - delay] as number) * (quick[at] as number);
    return sum / (quick.length - delay) / power;
  });
  return { weights, correlation: correlationOf(answerTo(signal, weights), quick) };
}

/** Normal deviates by which an answer has to stand above chance. */
const clear = 3;

/**
 * How far readings are from answering the watermark: 1 and more where there is no answer, or half of what was learned at most; `undefined`
 * where there are too few samples to say.
 */
export function watermarkMissing(
  answer: WatermarkAnswer,
  signal: Float64Array,
  readings: Float64Array,
): number | undefined {
  const chance = 1 / Math.sqrt(Math.max(1, readings.length - answer.weights.length));
  const half = answer.correlation / 2;
  // Half of the answer has to be told apart from none, and from all of it.
  if (half < clear * chance) return undefined;
  const found = correlationOf(answerTo(signal, answer.weights), quickPart(readings));
  return Math.max(0, (answer.correlation - found) / half);
}

function answerTo(signal: Float64Array, weights: Float64Array): Float64Array {
  return signal.map((_, at) => {
    let sum = 0;
    for (let delay = 0; delay < weights.length && delay <= at; delay++)
      sum += (weights[delay] as number) * (signal[at - delay] as number);
    return sum;
  });
}

/** Readings less the mean of those before. */
function quickPart(readings: Float64Array): Float64Array {
  let mean = readings[0] ?? 0;
  return readings.map((reading) => {
    const quick = reading - mean;
    mean += quick / slow;
    return quick;
  });
}

function correlationOf(one: Float64Array, other: Float64Array): number {
  let [products, ofOne, ofOther] = [0, 0, 0];
  for (const [at, each] of one.entries()) {
    const beside = other[at] as number;
    products += each * beside;
    ofOne += each * each;
    ofOther += beside * beside;
  }
  return ofOne === 0 || ofOther === 0 ? 0 : products / Math.sqrt(ofOne * ofOther);
}
