import type { MessageTap } from '@kiten/trust';
import type { DenialRecord } from './denial-log.ts';
import type { DeviceRecord } from './device-record.ts';
import type { LinkRoute } from './mesh/other-interest.ts';
import type { CompiledRule } from './payload/compiled-rule.ts';
import type { Recipient, SharedRecipients } from './recipient.ts';
import type { Sourced } from './sourced.ts';
import type { TopicResource } from './topic-resource.ts';
import type { CountRow } from './traffic-counts.ts';

/** What was decided for one topic and retain bit of one publisher, and the epochs under which it holds. */
export class CachedDecision {
  readonly hash: number;
  readonly retain: boolean;
  readonly bytes: Buffer;
  readonly topic: TopicResource;
  readonly allow: boolean;
  readonly policies: readonly string[];
  /** The device whose group observes, if it is allowed only because of that. */
  readonly observed: string | undefined;
  /** What is known of the readings that are published there. */
  readonly sourced: Sourced | undefined;
  readonly recipients: readonly Recipient[];
  readonly groups: readonly SharedRecipients[];
  /** Other workers that have recipients of their own. */
  readonly links: readonly LinkRoute[];
  /** What the payload is held to. */
  readonly rules: readonly CompiledRule[];
  /** Who sees the messages. */
  readonly taps: readonly MessageTap[];
  /** Whether the site hears it, and nobody else. */
  readonly isHeard: boolean;
  /** Whether it may be an acknowledgement that the site waits for. */
  readonly isExpected: boolean;
  /** Whether the payload has to be looked at. */
  readonly hasRules: boolean;
  readonly policyEpoch: number;
  readonly trustEpoch: number;
  readonly branch: number;
  readonly routeEpoch: number;
  readonly owner: DeviceRecord | undefined;
  readonly ownerEpoch: number;
  row: CountRow;
  denial: DenialRecord | undefined;

  constructor(fields: Omit<CachedDecision, 'denial' | 'hasRules'>) {
    this.hash = fields.hash;
    this.retain = fields.retain;
    this.bytes = fields.bytes;
    this.topic = fields.topic;
    this.allow = fields.allow;
    this.policies = fields.policies;
    this.observed = fields.observed;
    this.sourced = fields.sourced;
    this.recipients = fields.recipients;
    this.groups = fields.groups;
    this.links = fields.links;
    this.rules = fields.rules;
    this.taps = fields.taps;
    this.isHeard = fields.isHeard;
    this.isExpected = fields.isExpected;
    this.hasRules = fields.rules.length > 0 || fields.isExpected || fields.isHeard;
    this.policyEpoch = fields.policyEpoch;
    this.trustEpoch = fields.trustEpoch;
    this.branch = fields.branch;
    this.routeEpoch = fields.routeEpoch;
    this.owner = fields.owner;
    this.ownerEpoch = fields.ownerEpoch;
    this.row = fields.row;
    this.denial = undefined;
  }
}

const firstSize = 16;
/** Places of a bucket. With two buckets for each hash, a cache that is nearly full still has room for all it should hold. */
const bucketSize = 4;

/** FNV-1a over the bytes of a topic, in 32 bits. */
export function hashTopic(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193);
  return hash | 0;
}

/**
 * Decisions of one connection by topic bytes: two buckets for each hash, the bytes always compared, because a hash
 * is not a proof. It starts small, since most devices use a handful of topics, and grows as long as good decisions
 * push each other out, up to its bound. Whether a decision still holds is the caller's to check.
 */
export class DecisionCache {
  readonly #maximum: number;
  #entries: (CachedDecision | undefined)[] = [];
  /** Of the places, without those within a bucket. */
  #mask = 0;
  #evictions = 0;

  /** `maximum` is a power of two. */
  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  find(bytes: Buffer, start: number, end: number, hash: number, retain: boolean): CachedDecision | undefined {
    return (
      this.#findIn(this.#first(hash), bytes, start, end, hash, retain) ??
      this.#findIn(this.#second(hash), bytes, start, end, hash, retain)
    );
  }

  store(decision: CachedDecision): void {
    if (this.#entries.length === 0) this.#resize(Math.min(firstSize, this.#maximum));
    if (this.#place(decision)) return;
    this.#evictions++;
    if (this.#evictions > this.#entries.length >> 4 && this.#entries.length < this.#maximum) {
      this.#resize(this.#entries.length * 2);
      if (this.#place(decision)) return;
    }
    // Each place of the bucket has its turn.
    const turn = this.#evictions % Math.min(bucketSize, this.#entries.length);
    this.#entries[this.#first(decision.hash) + turn] = decision;
  }

  clear(): void {
    this.#entries = [];
    this.#mask = 0;
    this.#evictions = 0;
  }

  #first(hash: number): number {
    return hash & this.#mask;
  }

  #second(hash: number): number {
    return (hash >>> 16) & this.#mask;
  }

  #findIn(
    bucket: number,
    bytes: Buffer,
    start: number,
    end: number,
    hash: number,
    retain: boolean,
  ): CachedDecision | undefined {
    const entries = this.#entries;
    const last = Math.min(bucket + bucketSize, entries.length);
    for (let place = bucket; place < last; place++) {
      const there = entries[place];
      // Places are filled from the first one on.
      if (there === undefined) return undefined;
      if (there.hash === hash && there.retain === retain && same(bytes, start, end, there.bytes))
        return there;
    }
    return undefined;
  }

  #place(decision: CachedDecision): boolean {
    const { hash, retain } = decision;
    const first = this.#first(hash);
    const second = this.#second(hash);
    const place =
      this.#placeOf(first, (there) => there?.hash === hash && there.retain === retain) ??
      this.#placeOf(second, (there) => there?.hash === hash && there.retain === retain) ??
      this.#placeOf(first, (there) => there === undefined) ??
      this.#placeOf(second, (there) => there === undefined);
    if (place === undefined) return false;
    this.#entries[place] = decision;
    return true;
  }

  #placeOf(bucket: number, suits: (there: CachedDecision | undefined) => boolean): number | undefined {
    const last = Math.min(bucket + bucketSize, this.#entries.length);
    for (let place = bucket; place < last; place++) if (suits(this.#entries[place])) return place;
    return undefined;
  }

  #resize(size: number): void {
    const before = this.#entries;
    this.#entries = new Array<CachedDecision | undefined>(size).fill(undefined);
    this.#mask = (size - 1) & ~(bucketSize - 1);
    this.#evictions = 0;
    for (const decision of before) if (decision !== undefined) this.#place(decision);
  }
}

function same(bytes: Buffer, start: number, end: number, wanted: Buffer): boolean {
  const length = end - start;
  if (wanted.length !== length) return false;
  for (let index = 0; index < length; index++) if (bytes[start + index] !== wanted[index]) return false;
  return true;
}
