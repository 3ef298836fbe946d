import { Candidate, type KeptCandidate } from './candidate.ts';

export interface DiscoveryBounds {
  /** Topics that are remembered, of all devices and of one. */
  readonly most: number;
  readonly mostOfDevice: number;
}

/** What is to be kept from now on, in this order: what is gone, and what is as it says. */
export interface FoundChange {
  readonly gone: readonly Pick<KeptCandidate, 'device' | 'topic'>[];
  readonly kept: readonly KeptCandidate[];
}

/** How a candidate was when it was handed out to be kept, in milliseconds since the Unix epoch. */
interface Keeping {
  readonly at: number;
  readonly messages: number;
}

/** Milliseconds between two times that one is kept, and how many are handed out at once. */
const between = 600_000;
const mostAtOnce = 64;
/** Characters of the names of all its fields; one with more is not kept. */
const mostNames = 4096;

/**
 * What is remembered of topics: bounded, and whoever publishes to ever new topics pushes out what is known of themselves alone;
 * room for others is made by who takes the most.
 */
export class Candidates {
  readonly #bounds: DiscoveryBounds;
  readonly #ofDevice = new Map<string, Map<string, Candidate>>();
  readonly #keepings = new Map<Candidate, Keeping>();
  #gone: Pick<KeptCandidate, 'device' | 'topic'>[] = [];
  #size = 0;

  constructor(bounds: DiscoveryBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#size;
  }

  all(): readonly Candidate[] {
    return [...this.#ofDevice.values()].flatMap((topics) => [...topics.values()]);
  }

  find(device: string, topic: string): Candidate | undefined {
    return this.#ofDevice.get(device)?.get(topic);
  }

  /** @returns whether there was room, or could be made; what was known of its topic is no more */
  remember(candidate: Candidate): boolean {
    const { device, topic } = candidate;
    const own = this.#ofDevice.get(device) ?? new Map<string, Candidate>();
    const known = own.get(topic);
    if (known !== undefined) {
      if (this.#keepings.delete(known)) this.#keepings.set(candidate, { at: 0, messages: 0 });
    } else {
      if (own.size >= this.#bounds.mostOfDevice) this.#forgetLeast(own);
      else if (this.#size >= this.#bounds.most && !this.#makeRoom(own.size)) return false;
      this.#size++;
    }
    own.set(topic, candidate);
    this.#ofDevice.set(device, own);
    return true;
  }

  /** Takes in what was kept before. */
  recall(kept: KeptCandidate): void {
    const candidate = Candidate.from(kept);
    const { device, topic, lastAt: at, messages } = candidate;
    if (this.remember(candidate)) this.#keepings.set(candidate, { at, messages });
    else this.#gone.push({ device, topic });
  }

  forget({ device, topic }: Candidate): void {
    const own = this.#ofDevice.get(device);
    const candidate = own?.get(topic);
    if (own === undefined || candidate === undefined) return;
    own.delete(topic);
    this.#size--;
    if (own.size === 0) this.#ofDevice.delete(device);
    if (this.#keepings.delete(candidate)) this.#gone.push({ device, topic });
  }

  /**
   * What has changed since it was handed out: of some candidates, those that were seen most first.
   *
   * @param now milliseconds since the Unix epoch
   * @param all also what is not due yet, because there will be no other time
   */
  change(now: number, all = false): FoundChange {
    const isDue = (candidate: Candidate): boolean => {
      const before = this.#keepings.get(candidate);
      if (before === undefined) return true;
      return before.messages !== candidate.messages && (all || now - before.at >= between);
    };
    const due = this.all()
      .filter(isDue)
      .sort((one, other) => other.messages - one.messages)
      .slice(0, all ? undefined : mostAtOnce);
    for (const one of due) this.#keepings.set(one, { at: now, messages: one.messages });
    const changed = due.map(({ kept }) => kept);
    const gone = [...this.#gone, ...changed.filter((one) => !isSmall(one))];
    this.#gone = [];
    return { gone: gone.map(({ device, topic }) => ({ device, topic })), kept: changed.filter(isSmall) };
  }

  /** @returns whether some device had more than one that has so many */
  #makeRoom(size: number): boolean {
    let greatest: Map<string, Candidate> | undefined;
    for (const own of this.#ofDevice.values()) if (own.size > (greatest?.size ?? size + 1)) greatest = own;
    if (greatest !== undefined) this.#forgetLeast(greatest);
    return greatest !== undefined;
  }

  /** The one that was seen least; of these, the one that was seen longest ago. */
  #forgetLeast(own: ReadonlyMap<string, Candidate>): void {
    const [least] = [...own.values()].sort(
      (one, other) => one.messages - other.messages || one.lastAt - other.lastAt,
    );
    if (least !== undefined) this.forget(least);
  }
}

function isSmall({ fields }: KeptCandidate): boolean {
  return fields.reduce((sum, [field]) => sum + field.length, 0) <= mostNames;
}
