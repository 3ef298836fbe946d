import { Candidate } from './candidate.ts';
import { shapeOf } from './payload-shape.ts';
import { type FoundStreams, proposals } from './proposals.ts';
import type { Sample } from './sampling-tap.ts';

export interface DiscoveryBounds {
  /** Topics that are remembered, of all devices and of one. */
  readonly most: number;
  readonly mostOfDevice: number;
}

const usualBounds: DiscoveryBounds = { most: 4096, mostOfDevice: 32 };

/**
 * Finds topics with readings in what devices publish. What is remembered is bounded, and whoever publishes to ever new topics
 * pushes out what is known of themselves alone: room for others is made by who takes the most.
 */
export class Discovery {
  readonly #bounds: DiscoveryBounds;
  readonly #ofDevice = new Map<string, Map<string, Candidate>>();
  #candidates = 0;

  constructor(bounds: DiscoveryBounds = usualBounds) {
    this.#bounds = bounds;
  }

  /** How many topics are remembered. */
  get size(): number {
    return this.#candidates;
  }

  take({ device, topic, at, payload }: Sample): void {
    const shape = shapeOf(payload, at);
    if (shape === undefined || topic.length > 256) return;
    const known = this.#ofDevice.get(device)?.get(topic);
    const candidate =
      known?.form === shape.form ? known : this.#remember(new Candidate(device, topic, shape.form, at));
    candidate?.take(shape, at);
  }

  /** What could be declared, of topics that are not, the most devices first. */
  found(
    isDeclared: (device: string, topic: string) => boolean,
    names: ReadonlySet<string>,
  ): readonly FoundStreams[] {
    const all = [...this.#ofDevice.values()].flatMap((topics) => [...topics.values()]);
    return proposals(
      all.filter(({ device, topic }) => !isDeclared(device, topic)),
      names,
    );
  }

  #remember(candidate: Candidate): Candidate | undefined {
    const { device, topic } = candidate;
    const own = this.#ofDevice.get(device) ?? new Map<string, Candidate>();
    if (!own.has(topic)) {
      if (own.size >= this.#bounds.mostOfDevice) this.#forgetOne(device, own);
      else if (this.#candidates >= this.#bounds.most && !this.#makeRoom(own.size)) return undefined;
      this.#candidates++;
    }
    own.set(topic, candidate);
    this.#ofDevice.set(device, own);
    return candidate;
  }

  /** @returns whether some device had more than one that has so many */
  #makeRoom(size: number): boolean {
    let greatest: [string, Map<string, Candidate>] | undefined;
    for (const entry of this.#ofDevice)
      if (entry[1].size > (greatest?.[1].size ?? size + 1)) greatest = entry;
    if (greatest !== undefined) this.#forgetOne(...greatest);
    return greatest !== undefined;
  }

  /** The one that was seen least; of these, the one that was seen longest ago. */
  #forgetOne(device: string, own: Map<string, Candidate>): void {
    const [least] = [...own.values()].sort(
      (one, other) => one.messages - other.messages || one.lastAt - other.lastAt,
    );
    if (least === undefined) return;
    own.delete(least.topic);
    this.#candidates--;
    if (own.size === 0) this.#ofDevice.delete(device);
  }
}
