import {
  isAdverse,
  isClaimValue,
  isMoreTrusted,
  type StreamPattern,
  type StreamTrust,
  streamPlaceOf,
  type Tier,
  tierOf,
} from '@kiten/trust';
import { FilterTree } from './filter-tree.ts';

/** What is known of the readings that a message holds. */
export interface Sourced {
  readonly tier: Tier;
  /** The stream that it is about; of several, the worst. Absent if its name is none that anything can be found of. */
  readonly stream: string | undefined;
  /** The finding that makes it so; without one nothing is known. */
  readonly finding: string | undefined;
}

const mostPatterns = 1024;

/** Which messages are readings, by topic. */
export class StreamTable {
  readonly #patterns = new FilterTree<StreamPattern[]>();

  constructor(patterns: readonly StreamPattern[]) {
    for (const pattern of patterns) this.#patterns.at(pattern.filter, () => []).push(pattern);
  }

  static isSound(patterns: readonly StreamPattern[]): boolean {
    return (
      patterns.length <= mostPatterns &&
      patterns.every(({ id, filter }) => typeof id === 'string' && typeof filter === 'string')
    );
  }

  /**
   * What is known of what a device says to a topic: of the streams that it belongs to, the one that is trusted least.
   * `undefined` if it is not declared to hold readings.
   */
  find(
    device: string,
    topic: string,
    trusts: { get(stream: string): StreamTrust | undefined },
  ): Sourced | undefined {
    let found: Sourced | undefined;
    this.#patterns.match(topic, (patterns) => {
      for (const pattern of patterns) {
        const place = streamPlaceOf(pattern, device, topic);
        if (place === undefined) continue;
        const { stream } = place;
        const sourced = sourcedOf(stream, stream === undefined ? undefined : trusts.get(stream));
        if (found === undefined || isMoreTrusted(found.tier, sourced.tier)) found = sourced;
      }
    });
    return found;
  }
}

function sourcedOf(stream: string | undefined, trust: StreamTrust | undefined): Sourced {
  return { stream, tier: trust === undefined ? 'none' : tierOf(trust.value), finding: trust?.finding };
}

/** Whether what came as the trust in streams is such. */
export function areStreamTrusts(trusts: readonly StreamTrust[]): boolean {
  return trusts.every(({ stream, value }) => typeof stream === 'string' && isClaimValue(value));
}

export function sameTrusts(before: readonly StreamTrust[], after: readonly StreamTrust[]): boolean {
  return (
    before.length === after.length &&
    before.every(({ stream, value, finding }, at) => {
      const other = after[at] as StreamTrust;
      return stream === other.stream && value === other.value && finding === other.finding;
    })
  );
}

/** What a refusal tells of the readings that it held back. */
export function whyOf(sourced: Sourced | undefined): { readonly stream?: string; readonly finding?: string } {
  if (sourced === undefined || !isAdverse(sourced.tier)) return {};
  const { stream, finding } = sourced;
  return { ...(stream === undefined ? {} : { stream }), ...(finding === undefined ? {} : { finding }) };
}
