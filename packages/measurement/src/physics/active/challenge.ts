/** When an active sensor is silent: 1 where it sends, 0 where it does not, sample by sample. */
export type Schedule = Uint8Array;

/**
 * A schedule that nobody can foresee who doesn't know the randomness. Silence lasts a sample or more, and begins anywhere.
 *
 * @param random between 0 and 1; from a keyed generator on a device
 * @param share of samples that are silent
 */
export function silences(samples: number, share: number, random: () => number): Schedule {
  return Uint8Array.from({ length: samples }, () => (random() < share ? 0 : 1));
}

export interface ChallengeRules {
  /** What a silent sample says by itself: mean and standard deviation, measured where nobody sends. */
  readonly ambient: number;
  readonly noise: number;
  /** Normal deviates that chance may reach. */
  readonly deviations?: number;
  /** Silent samples whose energies are added up, for attackers who are hardly louder than the noise. */
  readonly together?: number;
}

/**
 * Challenge and response for sensors that send what they measure by: radar, ultrasound, LiDAR, magnetic encoders (PyCRA: Shoukry et al., CCS
 * 2015, §4). Nothing answers silence but an attacker: who has to notice that it began, which takes time, and is heard meanwhile. Each silent
 * sample is judged by itself, and the last ones together (χ², by Wilson & Hilferty, PNAS 17, 1931).
 */
export class ChallengeVerifier {
  readonly #rules: Required<ChallengeRules>;
  readonly #energies: Float64Array;
  readonly #limit: number;
  #silent = 0;
  #sum = 0;

  constructor(rules: ChallengeRules) {
    this.#rules = { deviations: 5.5, together: 16, ...rules };
    const { together, deviations } = this.#rules;
    this.#energies = new Float64Array(together);
    const spread = 2 / (9 * together);
    this.#limit = together * (1 - spread + deviations * Math.sqrt(spread)) ** 3;
  }

  /** @returns how near it is to an alarm, which begins at 1; 0 for a sample in which the sensor sends */
  push(isSent: boolean, reading: number): number {
    if (isSent) return 0;
    const { ambient, noise, deviations, together } = this.#rules;
    const away = (reading - ambient) / noise;
    const place = this.#silent % together;
    this.#sum += away * away - (this.#energies[place] as number);
    this.#energies[place] = away * away;
    this.#silent++;
    const alone = Math.abs(away) / deviations;
    return this.#silent < together ? alone : Math.max(alone, this.#sum / this.#limit);
  }
}
