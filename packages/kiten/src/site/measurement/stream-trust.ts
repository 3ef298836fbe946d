import { streamPatternOf } from '@kiten/measurement';
import {
  type Finding,
  type StreamPattern,
  type StreamTrust,
  sourcedDataOf,
  type Tier,
  tierOf,
} from '@kiten/trust';
import type { StreamDesk } from './stream-desk.ts';

/** What policies are told of a device's `sourced-data`: of each stream by itself, and of the rest. */
export interface ToldApart {
  readonly streams: readonly StreamTrust[];
  readonly ownSourcedData: Tier;
}

/** What is known of readings, for those who hold messages back. */
export class StreamTrusts {
  readonly #streams: Pick<StreamDesk, 'declarations'>;

  constructor(streams: Pick<StreamDesk, 'declarations'>) {
    this.#streams = streams;
  }

  /** Which messages are readings. */
  get patterns(): readonly StreamPattern[] {
    return this.#streams.declarations.map(({ declaration }) => streamPatternOf(declaration));
  }

  /** @param findings of one device, those that count */
  of(findings: Iterable<Finding>): ToldApart {
    const declared = new Set(this.#streams.declarations.map(({ declaration }) => declaration.id));
    const { streams, apart } = sourcedDataOf(findings, (id) => declared.has(id));
    return { streams, ownSourcedData: tierOf(apart) };
  }
}
