import type { Frame } from '../series/frame.ts';
import type { CrossCheck } from './cross-check.ts';
import type { Sensor } from './sensor.ts';

/** Two sensors of different streams that go together. */
export interface RelatedPair {
  readonly check: CrossCheck;
  /** How much of what the first does the second explains, in rows that the fit did not see: from 0 to 1. */
  readonly explained: number;
}

/** Less is no relation to rely on. */
const leastExplained = 0.8;
const mostPairs = 32;
/** How much worse a simpler relation may fit, as a factor of what is left. */
const simpler = 1.1;

/**
 * Pairs of sensors of different streams that explain each other, the strongest first: fitted to every other hundred rows, tried
 * on those between. What is proposed is the simplest relation that fits as well: the same, a ratio, or a straight line.
 */
export function relatedPairs(sensors: readonly Sensor[], normal: Frame): RelatedPair[] {
  const found: RelatedPair[] = [];
  for (const [at, first] of sensors.entries())
    for (const [next, second] of sensors.entries()) {
      if (next <= at || first.stream === second.stream) continue;
      const forth = fitOf(normal, at, next);
      const back = fitOf(normal, next, at);
      const explained = Math.min(forth.explained, back.explained);
      if (!(explained >= leastExplained)) continue;
      found.push({ check: { kind: forth.kind, sensors: [first, second] }, explained });
    }
  return found.toSorted((one, other) => other.explained - one.explained).slice(0, mostPairs);
}

function fitOf(normal: Frame, first: number, second: number) {
  const fitted = sumsOf(normal, first, second, 0);
  const tried = sumsOf(normal, first, second, 1);
  const { count, x, y, xx, xy } = fitted;
  const slope = (xy - (x * y) / count) / (xx - (x * x) / count);
  const line = leftOf(tried, slope, (y - slope * x) / count);
  const total = tried.yy - (tried.y * tried.y) / tried.count;
  const isSame = leftOf(tried, 1, 0) <= simpler * line;
  const isRatio = leftOf(tried, xy / xx, 0) <= simpler * line;
  const kind = isSame ? ('equal' as const) : isRatio ? ('ratio' as const) : ('linear' as const);
  return { kind, explained: 1 - line / total };
}

interface Sums {
  readonly count: number;
  readonly x: number;
  readonly y: number;
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

const stretch = 100;

function sumsOf({ channels, rows, values }: Frame, first: number, second: number, parity: number): Sums {
  let [count, x, y, xx, xy, yy] = [0, 0, 0, 0, 0, 0];
  for (let row = 0; row < rows; row++) {
    if (Math.trunc(row / stretch) % 2 !== parity) continue;
    const b = values[row * channels.length + second] as number;
    const a = values[row * channels.length + first] as number;
    if (Number.isNaN(a + b)) continue;
    count++;
    x += b;
    y += a;
    xx += b * b;
    xy += a * b;
    yy += a * a;
  }
  return { count, x, y, xx, xy, yy };
}

/** The sum of squares of y − slope·x − offset. */
function leftOf({ count, x, y, xx, xy, yy }: Sums, slope: number, offset: number): number {
  return (
    yy + slope ** 2 * xx + count * offset ** 2 - 2 * slope * xy - 2 * offset * y + 2 * slope * offset * x
  );
}
