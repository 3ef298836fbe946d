import { median } from '@kiten/numerics';
import type { LidarPoints } from './points.ts';

/** A direction from which too little comes back. Radians from x towards y. */
export interface MissingSector {
  readonly from: number;
  readonly to: number;
}

/** Radians. */
const bin = Math.PI / 360;
/** What looks down as steeply as this meets the ground within four times the sensor's height, or something before it. */
const steep = -0.25;
/** Of what its surroundings have. */
const least = 0.2;
/** Bins on either side that are the surroundings. */
const reach = 20;
/** Radians; narrower gaps are dirt on the glass. */
const narrowest = (3 * Math.PI) / 180;

/**
 * Sectors in which even the ground before the sensor is missing. Whoever makes a thing vanish by returns that are too near to count (Cao et al.,
 * “You Can't See Me: Physical Removal Attacks on LiDAR-based Autonomous Vehicles Driving Frameworks”, USENIX Security 2023) takes the
 * ground with it: light always comes back from there.
 */
export function missingSectors({ count, x, y, z }: LidarPoints): MissingSector[] {
  const bins = Math.round((2 * Math.PI) / bin);
  const seen = new Float64Array(bins);
  for (let at = 0; at < count; at++) {
    const [px, py, pz] = [x[at] as number, y[at] as number, z[at] as number];
    const place = Math.min(bins - 1, Math.floor((Math.atan2(py, px) + Math.PI) / bin));
    if (Math.atan2(pz, Math.hypot(px, py)) <= steep) seen[place] = (seen[place] as number) + 1;
  }
  const isMissing = Array.from(seen, (own, place) => {
    const around: number[] = [];
    for (let other = place - reach; other <= place + reach; other++)
      if (other >= 0 && other < bins) around.push(seen[other] as number);
    // At the edge of what the sensor looks at there is nothing to compare with.
    const usual = median(around);
    return usual > 0 && own < least * usual;
  });
  const found: MissingSector[] = [];
  for (let place = 0; place < bins; place++) {
    if (!isMissing[place]) continue;
    const from = place;
    while (place + 1 < bins && isMissing[place + 1]) place++;
    // Both sides have to be there: it is a gap, not the end of the view.
    const isGap =
      from > 0 &&
      place + 1 < bins &&
      !isMissing[from - 1] &&
      (seen[from - 1] as number) > 0 &&
      (seen[place + 1] as number) > 0;
    if (isGap && (place + 1 - from) * bin >= narrowest)
      found.push({ from: from * bin - Math.PI, to: (place + 1) * bin - Math.PI });
  }
  return found;
}
