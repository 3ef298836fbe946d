import type { DenialRecord } from './denial-log.ts';
import type { DeviceRecord } from './device-record.ts';
import type { CompiledRule } from './payload/compiled-rule.ts';
import type { Recipient, SharedRecipients } from './recipient.ts';
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
  readonly recipients: readonly Recipient[];
  readonly groups: readonly SharedRecipients[];
  /** What the payload is held to. */
  readonly rules: readonly CompiledRule[];
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
    this.recipients = fields.recipients;
    this.groups = fields.groups;
    this.rules = fields.rules;
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

/** FNV-1a over the bytes of a topic, in 32 bits. */
export function hashTopic(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193);
  return hash | 0;
}

/**
 * Decisions of one connection by topic bytes: two places for each hash, the bytes always compared, because a hash
 * is not a proof. It starts small, since most devices use a handful of topics, and grows as long as good decisions
 * push each other out, up to its bound. Whether a decision still holds is the caller's to check.
 */
export class DecisionCache {
  readonly #maximum: number;
  #entries: (CachedDecision | undefined)[] = [];
  #mask = -1;
  #evictions = 0;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  find(bytes: Buffer, start: number, end: number, hash: number, retain: boolean): CachedDecision | undefined {
    if (this.#mask < 0) return undefined;
    const first = this.#entries[hash & this.#mask];
    if (
      first !== undefined &&
      first.hash === hash &&
      first.retain === retain &&
      same(bytes, start, end, first.bytes)
    ) {
      return first;
    }
    const second = this.#entries[(hash >>> 16) & this.#mask];
    if (
      second !== undefined &&
      second.hash === hash &&
      second.retain === retain &&
      same(bytes, start, end, second.bytes)
    ) {
      return second;
    }
    return undefined;
  }

  store(decision: CachedDecision): void {
    if (this.#mask < 0) this.#resize(Math.min(firstSize, this.#maximum));
    if (!this.#place(decision)) {
      if (++this.#evictions > this.#entries.length >> 2 && this.#entries.length < this.#maximum) {
        this.#resize(this.#entries.length * 2);
        if (this.#place(decision)) return;
      }
      this.#entries[decision.hash & this.#mask] = decision;
    }
  }

  clear(): void {
    this.#entries = [];
    this.#mask = -1;
    this.#evictions = 0;
  }

  #place(decision: CachedDecision): boolean {
    for (const slot of [decision.hash & this.#mask, (decision.hash >>> 16) & this.#mask]) {
      const there = this.#entries[slot];
      if (there !== undefined && !(there.hash === decision.hash && there.retain === decision.retain))
        continue;
      this.#entries[slot] = decision;
      return true;
    }
    return false;
  }

  #resize(size: number): void {
    const before = this.#entries;
    this.#entries = new Array<CachedDecision | undefined>(size).fill(undefined);
    this.#mask = size - 1;
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
