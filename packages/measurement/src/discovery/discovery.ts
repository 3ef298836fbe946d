import type { PayloadForm } from '../streams/declaration.ts';
import { Candidate, type KeptCandidate } from './candidate.ts';
import { Candidates, type DiscoveryBounds, type FoundChange } from './candidates.ts';
import { PackSigners, type PackSignersParts } from './pack-signers.ts';
import { shapeOf } from './payload-shape.ts';
import { type FoundStreams, proposals } from './proposals.ts';
import type { Sample } from './sampling-tap.ts';

const usualBounds: DiscoveryBounds = { most: 4096, mostOfDevice: 32 };

/** What was not seen for so long is found no more: a week, in milliseconds. */
export const foundFor = 604_800_000;

export interface DiscoveryParts extends PackSignersParts {
  readonly bounds?: DiscoveryBounds | undefined;
}

/** Finds topics with readings in what devices publish: of those that are not declared, and not for longer than they are seen. */
export class Discovery {
  readonly #candidates: Candidates;
  readonly #signers: PackSigners;
  #isDeclared: (device: string, topic: string) => boolean = () => false;

  constructor({ bounds = usualBounds, ...parts }: DiscoveryParts) {
    this.#candidates = new Candidates(bounds);
    this.#signers = new PackSigners(parts);
  }

  /** How many topics are remembered. */
  get size(): number {
    return this.#candidates.size;
  }

  take(sample: Sample): void {
    const { device, topic, at, payload } = sample;
    if (topic.length > 256 || this.#isDeclared(device, topic)) return;
    const shape = shapeOf(payload, at);
    if (shape === undefined) return;
    const candidate = this.#candidateOf(sample, shape.form);
    candidate?.take(shape, at);
    if (candidate === undefined || shape.form !== 'pack') return;
    const isOwnKey = this.#signers.check(sample);
    if (isOwnKey !== undefined) candidate.signedBy(isOwnKey);
  }

  /** What a device may sign packs with, DER SubjectPublicKeyInfo, as it was asked for. */
  trustKeys(device: string, keys: readonly Uint8Array[]): void {
    const [sample, isOwnKey] = this.#signers.tell(device, keys) ?? [];
    if (sample !== undefined && isOwnKey !== undefined)
      this.#candidates.find(sample.device, sample.topic)?.signedBy(isOwnKey);
  }

  /** Other topics are declared than before: these are not looked for, and what was known of them is forgotten. */
  leaveOut(isDeclared: (device: string, topic: string) => boolean): void {
    this.#isDeclared = isDeclared;
    this.#forget(({ device, topic }) => isDeclared(device, topic));
  }

  /** Goes on with what was kept; it says more than what may have been seen since. */
  recall(kept: readonly KeptCandidate[]): void {
    for (const one of kept) this.#candidates.recall(one);
    this.leaveOut(this.#isDeclared);
  }

  /**
   * What is to be kept, now and then: a little each time.
   *
   * @param now milliseconds since the Unix epoch
   * @param isLast there will be no other time
   */
  change(now: number, isLast = false): FoundChange {
    this.#age(now);
    return this.#candidates.change(now, isLast);
  }

  /**
   * What could be declared, the most devices first.
   *
   * @param names those that declarations have
   * @param now milliseconds since the Unix epoch
   */
  found(names: ReadonlySet<string>, now: number): readonly FoundStreams[] {
    this.#age(now);
    return proposals(this.#candidates.all(), names);
  }

  /** What is known of a topic, in this form; `undefined` if there is no room. */
  #candidateOf({ device, topic, at }: Sample, form: PayloadForm): Candidate | undefined {
    const known = this.#candidates.find(device, topic);
    if (known?.form === form) return known;
    const candidate = new Candidate(device, topic, form, at);
    return this.#candidates.remember(candidate) ? candidate : undefined;
  }

  #age(now: number): void {
    this.#forget(({ lastAt }) => lastAt < now - foundFor);
  }

  #forget(is: (candidate: Candidate) => boolean): void {
    for (const candidate of this.#candidates.all()) if (is(candidate)) this.#candidates.forget(candidate);
  }
}
