import { claimNames } from './claims.ts';
import { type Standing, standings } from './standing.ts';
import type { StreamTrust } from './stream-trust.ts';
import type { Subject } from './subject.ts';
import { type Tier, tierOf } from './tiers.ts';
import type { Verdict } from './verdict.ts';

/** What enforcement looks at: a subject's standing and its verdict. */
export interface TrustState {
  readonly standing: Standing;
  readonly verdict: Pick<Verdict, 'vector' | 'status' | 'overdue'>;
  /** What is known of its streams: one may fall while another has brought the claim of the whole down before. */
  readonly streams?: readonly StreamTrust[];
}

export type TrustDirection = 'fall' | 'rise' | 'same';

/** A subject's trust before and after something happened. */
export interface TrustChange {
  readonly subject: Subject;
  readonly direction: TrustDirection;
  /** Absent for a subject that was not known before. */
  readonly before?: TrustState;
  readonly after: TrustState;
}

/** How far a tier lets a subject go. Unlike severity, saying nothing is less than affirming here. */
const trustOfTier: Readonly<Record<Tier, number>> = { contraindicated: 0, warning: 1, none: 2, affirming: 3 };

/** Whether a tier promises more than another: affirming > none > warning > contraindicated. */
export function isMoreTrusted(tier: Tier, than: Tier): boolean {
  return trustOfTier[tier] > trustOfTier[than];
}

/**
 * Which way trust went. Anything that got worse makes it a fall, whatever got better besides, and so does a
 * value that changed within its tier, because a policy may read values: a fall is enforced before it is
 * logged, so what cannot be told apart is treated as one. A rise is a change in which nothing fell.
 *
 * A subject not known before had no rights: from there every standing but `revoked` is a rise.
 */
export function compareTrust(before: TrustState | undefined, after: TrustState): TrustDirection {
  if (before === undefined) return after.standing === 'revoked' ? 'same' : 'rise';
  const steps = [
    standings.indexOf(before.standing) - standings.indexOf(after.standing),
    Number(before.verdict.overdue) - Number(after.verdict.overdue),
    trustOfTier[after.verdict.status] - trustOfTier[before.verdict.status],
    ...claimNames.map((claim) => claimStep(before.verdict.vector[claim], after.verdict.vector[claim])),
    ...streamSteps(before.streams ?? [], after.streams ?? []),
  ];
  if (steps.some((step) => step < 0)) return 'fall';
  return steps.some((step) => step > 0) ? 'rise' : 'same';
}

function streamSteps(before: readonly StreamTrust[], after: readonly StreamTrust[]): readonly number[] {
  const [were, are] = [before, after].map(
    (streams) => new Map(streams.map(({ stream, value }) => [stream, value])),
  ) as [Map<string, number>, Map<string, number>];
  const all = new Set([...were.keys(), ...are.keys()]);
  return [...all].map((stream) => claimStep(were.get(stream) ?? 0, are.get(stream) ?? 0));
}

function claimStep(before: number, after: number): number {
  if (before === after) return 0;
  return trustOfTier[tierOf(after)] - trustOfTier[tierOf(before)] || -1;
}
