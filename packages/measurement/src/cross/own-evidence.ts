import type { Outcome } from '../streams/stream-report.ts';
import type { Suspicion } from '../suspicion/suspicion.ts';

/** What attestation says of a device. */
export type AttestedTier = 'affirming' | 'warning' | 'contraindicated';

/** What is known of a stream beside what other streams say. */
export interface OwnEvidence {
  /** Its own detectors judge it. */
  readonly isJudged?: boolean;
  /** What they find now. */
  readonly alarm?: Suspicion;
  /** How its packs come: what was said last of their freshness and signatures. */
  readonly freshness?: Outcome;
  /** What attestation says of the device. */
  readonly attestation?: AttestedTier;
}

/** Log-odds, in natural logarithms, that a sensor lies, by what is known of it alone: declared, not learned. */
export const ownWeights = {
  /** Its own detectors name it: twenty times as often of one that lies. */
  named: 3,
  /** They judge it and are calm. */
  calm: -1,
  /** Packs are replayed, held back, out of order or signed by somebody else. */
  violated: 5,
  fresh: -0.5,
  attestation: { affirming: -1, warning: 1, contraindicated: 4 },
} as const;

/** What speaks against the freshness of a stream. Packs that are missing have other causes. */
const violations: ReadonlySet<Outcome> = new Set(['replayed', 'reordered', 'stale', 'early', 'forged']);
/** Proof, and not a matter of statistics. */
const proofs: ReadonlySet<Outcome> = new Set(['replayed', 'forged']);
const namedShare = 0.2;

export const isViolated = ({ freshness }: OwnEvidence): boolean =>
  freshness !== undefined && violations.has(freshness);

export const isProof = ({ freshness }: OwnEvidence): boolean =>
  freshness !== undefined && proofs.has(freshness);

/** Of the sensor's own detectors. */
export function detectorWeight({ isJudged, alarm }: OwnEvidence, channel: string): number {
  if (alarm === undefined) return isJudged === true ? ownWeights.calm : 0;
  const carrier = alarm.channels.find((each) => each.channel === channel);
  return carrier !== undefined && carrier.share >= namedShare ? ownWeights.named : 0;
}

/** Of how its packs come. */
export function freshnessWeight(evidence: OwnEvidence): number {
  if (isViolated(evidence)) return ownWeights.violated;
  return evidence.freshness === 'fresh' ? ownWeights.fresh : 0;
}

export function attestationWeight({ attestation }: OwnEvidence): number {
  return attestation === undefined ? 0 : ownWeights.attestation[attestation];
}
