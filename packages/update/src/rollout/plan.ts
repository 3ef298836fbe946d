import { spread } from './back-off.ts';
import type { CampaignDefinition, Wave } from './definition.ts';
import { type Eligibility, eligibility } from './eligibility.ts';
import type { Cohort, DeviceFacts } from './facts.ts';
import { withstands } from './gate.ts';
import type { ReasonCode } from './reason.ts';
import type { Release } from './release.ts';

/** Who is updated when. */
export interface Plan {
  /** Devices looked at. */
  readonly considered: number;
  /** Why devices are not in it, and how many for each reason. */
  readonly left: ReadonlyMap<ReasonCode, number>;
  readonly waves: readonly PlannedWave[];
  /** Devices that their evidence calls the release for: not part of any wave. */
  readonly repairs: readonly string[];
}

export interface PlannedWave {
  readonly devices: readonly string[];
  /** How many devices of it that lie can neither stop it nor drive it on. */
  readonly withstands: { readonly stop: number; readonly drive: number };
}

export interface PlannerParts {
  readonly definition: Pick<CampaignDefinition, 'waves' | 'gate' | 'repair'>;
  readonly releases: readonly Release[];
  readonly cohort: Cohort;
  /** Chance that nobody knew beforehand: no device picks its wave by its name. The same seed gives the same plan. */
  readonly seed: string;
}

/** Takes devices in one by one, in any order, and says in the end who is in which wave. Linear, but for one sort. */
export class Planner {
  readonly #parts: PlannerParts;
  readonly #ids: string[] = [];
  #keys = new Float64Array(1024);
  readonly #repairs: string[] = [];
  readonly #left = new Map<ReasonCode, number>();
  #considered = 0;

  constructor(parts: PlannerParts) {
    this.#parts = parts;
  }

  consider(device: DeviceFacts): Eligibility {
    const { definition, releases, cohort, seed } = this.#parts;
    this.#considered += 1;
    const found = eligibility(device, releases, definition, cohort);
    if (!found.member) this.#left.set(found.reason.code, (this.#left.get(found.reason.code) ?? 0) + 1);
    else if (found.repair) this.#repairs.push(device.id);
    else this.#keep(device.id, spread(`${seed} ${device.id}`));
    return found;
  }

  plan(): Plan {
    const { definition } = this.#parts;
    const order = this.#inOrder();
    let from = 0;
    const waves = boundsOf(order.length, definition.waves).map((to): PlannedWave => {
      const devices = Array.from(order.subarray(from, to), (index) => this.#ids[index] as string);
      from = to;
      return { devices, withstands: withstands(devices.length, definition.gate) };
    });
    return { considered: this.#considered, left: this.#left, waves, repairs: this.#repairs.toSorted() };
  }

  #keep(id: string, key: number): void {
    const at = this.#ids.push(id) - 1;
    if (at === this.#keys.length) {
      const larger = new Float64Array(2 * at);
      larger.set(this.#keys);
      this.#keys = larger;
    }
    this.#keys[at] = key;
  }

  /** Whatever order they came in; two that drew the same number go by their names. */
  #inOrder(): Uint32Array {
    const [keys, ids] = [this.#keys, this.#ids];
    return Uint32Array.from(ids.keys()).sort((left, right) => {
      const difference = (keys[left] as number) - (keys[right] as number);
      if (difference !== 0) return difference;
      return (ids[left] as string) < (ids[right] as string) ? -1 : 1;
    });
  }
}

/** Plans a campaign over devices that are all at hand. */
export function planCampaign(devices: Iterable<DeviceFacts>, parts: PlannerParts): Plan {
  const planner = new Planner(parts);
  for (const device of devices) planner.consider(device);
  return planner.plan();
}

/** How many devices are reached with the end of each wave. A small cohort may leave later waves with nobody. */
function boundsOf(size: number, waves: readonly Wave[]): readonly number[] {
  let reached = 0;
  return waves.map(({ reach }) => {
    const wanted = 'devices' in reach ? reach.devices : Math.ceil((size * reach.percent) / 100);
    reached = Math.max(reached, Math.min(size, wanted));
    return reached;
  });
}

/** Waves in which a single device that fails, or says so, pauses the campaign. */
export const fragileWaves = (plan: Plan): readonly number[] =>
  plan.waves.flatMap(({ devices, withstands: { stop } }, index) =>
    devices.length > 0 && stop === 0 ? [index] : [],
  );
