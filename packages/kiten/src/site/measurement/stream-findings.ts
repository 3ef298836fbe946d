import type { Clock } from '@kiten/codec';
import {
  deviceOfStream,
  encodeConclusion,
  type StreamConclusion,
  streamMediaType,
  streamSubject,
} from '@kiten/measurement';
import {
  type Evidence,
  type Finding,
  findingKey,
  isAdverse,
  type SealedEvidence,
  tierOf,
} from '@kiten/trust';
import type { DeviceBook } from '../device-book.ts';
import type { TrustDesk } from '../trust-desk.ts';

export interface StreamFindingParts {
  readonly book: DeviceBook;
  readonly trust: Pick<TrustDesk, 'find'>;
  readonly seal: (evidence: Evidence) => SealedEvidence;
  readonly appraise: (evidence: SealedEvidence) => readonly Finding[];
  readonly clock: Clock;
  /** Milliseconds of normal readings that take an alarm back; without it only an operator does. */
  readonly recovery: (stream: string) => number | undefined;
}

/** Brings what was concluded of streams into the verdicts of their devices. */
export class StreamFindings {
  readonly #parts: StreamFindingParts;

  constructor(parts: StreamFindingParts) {
    this.#parts = parts;
  }

  /** @returns the findings that count from now on */
  async conclude(conclusion: StreamConclusion): Promise<readonly Finding[]> {
    const { book, trust, seal, appraise, clock } = this.#parts;
    const device = deviceOfStream(conclusion.stream);
    if (book.find(device) === undefined) return [];
    const evidence = seal({
      mediaType: streamMediaType,
      subject: streamSubject(conclusion.stream),
      receivedAt: clock.now(),
      via: ['mqtt', 'gateway'],
      body: encodeConclusion(conclusion),
    });
    const findings = appraise(evidence).filter((finding) => this.#mayCount(device, finding, conclusion));
    if (findings.length > 0) await trust.find(device, evidence, findings);
    return findings;
  }

  /** Normal readings alone don't take back what speaks against a stream, unless it was declared that they do. */
  #mayCount(device: string, finding: Finding, conclusion: StreamConclusion): boolean {
    const { at, since, stream, outcome } = conclusion;
    const key = findingKey(finding);
    const counting = this.#parts.book.get(device).verdict.findings.filter((one) => findingKey(one) === key);
    // Where nothing good was said, there is nothing to be taken back; silence is told all the same, once.
    const takesBack =
      ['unjudged', 'uncompared'].includes(outcome) || (outcome === 'silent' && finding.aspect !== 'readings');
    if (takesBack) return counting.some(({ value }) => tierOf(value) === 'affirming');
    if (tierOf(finding.value) !== 'affirming') return true;
    const stands = counting.find(({ value }) => isAdverse(tierOf(value)));
    if (stands === undefined || finding.aspect === 'gaps') return true;
    const recovery = this.#parts.recovery(stream);
    const isOfReadings = finding.aspect === 'readings' || finding.aspect === 'relation';
    return isOfReadings && recovery !== undefined && at - since >= recovery;
  }
}
