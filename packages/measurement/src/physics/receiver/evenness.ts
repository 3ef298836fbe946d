import type { ReceiverEpoch } from './receiver-epoch.ts';

/** Deviation in dB of satellites high and low under a clear sky, by the gain of antennas and the length of ways; mostly it is more. */
const usualDeviation = 3;
const leastSatellites = 5;
/** Degrees between the lowest and the highest of them. */
const leastSpan = 25;
/** Seconds that strengths are averaged over, and after which a satellite that is not heard is forgotten. */
const memory = 5;
const forgotten = 5;

interface Heard {
  system: string;
  strength: number;
  elevation: number;
  since: number;
  last: number;
}

/**
 * Whether satellites are as different in strength as they are in the sky. Low ones are farther away, behind more air and beside the antenna's
 * beam; what comes from one transmitter comes from one place (Psiaki & Humphreys, “GNSS Spoofing and Detection”, Proc. IEEE 104(6), 2016).
 */
export class Evenness {
  readonly #heard = new Map<string, Heard>();

  /**
   * @returns the mean strength in dB-Hz of the satellites that are used, and of the probability that so even a strength comes about by chance the
   *   negative decimal logarithm; NaN where too little is known
   */
  push(time: number, { signals, used }: ReceiverEpoch): { readonly strength: number; readonly even: number } {
    if (signals === undefined) return { strength: Number.NaN, even: Number.NaN };
    const taken = signals.filter(
      ({ system, id }) => used === undefined || used.size === 0 || used.has(`${system} ${id}`),
    );
    if (taken.length === 0) return { strength: Number.NaN, even: Number.NaN };
    for (const { system, signal, id, elevation, strength } of taken) {
      const key = `${system} ${id} ${signal}`;
      const known = this.#heard.get(key);
      if (known === undefined) {
        this.#heard.set(key, { system: `${system} ${signal}`, strength, elevation, since: time, last: time });
        continue;
      }
      const share = 1 - Math.exp((known.last - time) / memory);
      known.strength += share * (strength - known.strength);
      known.elevation = elevation;
      known.last = time;
    }
    for (const [key, { last }] of this.#heard) if (time - last > forgotten) this.#heard.delete(key);
    const strength = taken.reduce((sum, each) => sum + each.strength, 0) / taken.length;
    return { strength, even: this.#even(time) };
  }

  #even(time: number): number {
    const systems = new Map<string, Heard[]>();
    for (const each of this.#heard.values()) {
      if (time - each.since < memory || Number.isNaN(each.elevation)) continue;
      systems.set(each.system, [...(systems.get(each.system) ?? []), each]);
    }
    let most = Number.NaN;
    for (const satellites of systems.values()) {
      const elevations = satellites.map(({ elevation }) => elevation);
      if (
        satellites.length < leastSatellites ||
        Math.max(...elevations) - Math.min(...elevations) < leastSpan
      )
        continue;
      const unlikely = unlikeliness(satellites.map(({ strength }) => strength));
      most = Number.isNaN(most) ? unlikely : Math.max(most, unlikely);
    }
    return most;
  }
}

/** How improbable it is that values of the usual deviation lie so close together: −log₁₀ of the lower tail of χ². */
function unlikeliness(values: readonly number[]): number {
  const freedom = values.length - 1;
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const squares = values.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  // Strengths come in whole decibels: a twelfth of one squared is theirs.
  const half = (squares + freedom / 12) / usualDeviation ** 2 / 2;
  const shape = freedom / 2;
  let [term, sum] = [1, 1];
  for (let n = 1; n < 200 && term > 1e-12 * sum; n++) {
    term *= half / (shape + n);
    sum += term;
  }
  const logarithm = shape * Math.log(half) - half + Math.log(sum) - logGamma(shape + 1);
  return Math.max(0, -logarithm / Math.LN10);
}

/** Of a multiple of a half. */
function logGamma(value: number): number {
  let [sum, rest] = [0, value];
  while (rest > 1) sum += Math.log(--rest);
  return sum + (rest === 0.5 ? Math.log(Math.PI) / 2 : 0);
}
