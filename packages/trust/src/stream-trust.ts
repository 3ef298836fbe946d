import { joinValues } from './compose-claims.ts';
import type { Finding } from './finding.ts';
import { declarationOfStream } from './stream-place.ts';

/** How far what one stream says is trusted. Structured-clonable. */
export interface StreamTrust {
  readonly stream: string;
  /** Its `sourced-data`, composed of all that counts about it. */
  readonly value: number;
  /** The code of the finding that makes it so. */
  readonly finding: string;
}

/** `sourced-data` of a device, told apart. */
export interface SourcedData {
  /** Of each stream of which something counts. */
  readonly streams: readonly StreamTrust[];
  /** Of everything else that it is made of, or belongs to. */
  readonly apart: number;
}

/**
 * Tells what was found of a device's streams from the rest of its `sourced-data`: messages of a stream can be told from
 * others as long as it is declared. What was found of streams that are not counts for the whole device.
 *
 * @param findings those that count
 * @param isDeclared whether there is a declaration of that name
 */
export function sourcedDataOf(
  findings: Iterable<Finding>,
  isDeclared: (declaration: string) => boolean,
): SourcedData {
  const streams = new Map<string, StreamTrust>();
  let apart = 0;
  for (const { claim, value, code, subject } of findings) {
    if (claim !== 'sourced-data') continue;
    if (subject.kind === 'stream' && isDeclared(declarationOfStream(subject.id))) {
      const known = streams.get(subject.id);
      if (known === undefined || joinValues(known.value, value) !== known.value)
        streams.set(subject.id, { stream: subject.id, value, finding: code });
    } else apart = joinValues(apart, value);
  }
  return { streams: [...streams.values()], apart };
}
