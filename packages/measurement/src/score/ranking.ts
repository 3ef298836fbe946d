/** How well scores rank attacked rows above others, whatever the threshold. Between 0 and 1. */
export interface Ranking {
  /** Area under the receiver's operating characteristic: 0.5 by chance. `undefined` if only one kind of row is there. */
  readonly aucRoc: number | undefined;
  /** Average precision, the area under precision over recall: the share of attacked rows by chance. */
  readonly averagePrecision: number | undefined;
}

export function ranking(labels: ArrayLike<number>, scores: Float64Array): Ranking {
  const order = orderOf(scores);
  let positives = 0;
  for (let row = 0; row < labels.length; row++) if (labels[row] !== 0) positives++;
  const negatives = labels.length - positives;
  if (positives === 0 || negatives === 0) return { aucRoc: undefined, averagePrecision: undefined };
  let [truePositives, falsePositives, area, average] = [0, 0, 0, 0];
  for (let from = 0; from < order.length; ) {
    // Rows of the same score are called together: no threshold tells them apart.
    let to = from;
    let attacked = 0;
    const score = scores[order[from] as number];
    for (; to < order.length && scores[order[to] as number] === score; to++)
      if (labels[order[to] as number] !== 0) attacked++;
    const calm = to - from - attacked;
    area += calm * (truePositives + attacked / 2);
    truePositives += attacked;
    falsePositives += calm;
    average += (attacked / positives) * (truePositives / (truePositives + falsePositives));
    from = to;
  }
  return { aucRoc: area / (positives * negatives), averagePrecision: average };
}

/** Rows by falling score. */
export function orderOf(scores: Float64Array): Uint32Array {
  const order = new Uint32Array(scores.length).map((_, row) => row);
  return order.sort((one, other) => (scores[other] as number) - (scores[one] as number));
}
